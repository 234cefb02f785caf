"""Addresses of the staff's pages."""

from django.urls import path

from openhall.desk import (
    codes,
    export,
    home,
    imports,
    issue,
    keying,
    paper,
    questionnaire_edit,
    questionnaire_files,
    questionnaire_question,
    questionnaires,
    report,
    screening,
    waves,
)

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in", home.sign_in, name="sign_in"),
    path("sign-out", home.sign_out, name="sign_out"),
    path("waves/", waves.waves, name="waves"),
    path("waves/new", waves.wave_new, name="wave_new"),
    path("waves/<slug:key>/", waves.wave, name="wave"),
    path("waves/<slug:key>/ledger", waves.wave_ledger, name="wave_ledger"),
    path("waves/<slug:key>/edit", waves.wave_edit, name="wave_edit"),
    path("waves/<slug:key>/open", waves.wave_open, name="wave_open"),
    path("waves/<slug:key>/close", waves.wave_close, name="wave_close"),
    path("waves/<slug:key>/links", issue.wave_links, name="wave_links"),
    path("waves/<slug:key>/links/<slug:office>/<slug:kind>.svg", issue.wave_qr, name="wave_qr"),
    path("waves/<slug:key>/links/<slug:office>/poster", issue.wave_poster, name="wave_poster"),
    path("waves/<slug:key>/codes", codes.wave_codes, name="wave_codes"),
    path("waves/<slug:key>/paper", paper.wave_paper, name="wave_paper"),
    path("waves/<slug:key>/paper/blank.pdf", paper.wave_blank, name="wave_blank"),
    path("waves/<slug:key>/paper/<int:batch>.pdf", paper.wave_batch, name="wave_batch"),
    path("waves/<slug:key>/keying", keying.keying, name="keying"),
    path("waves/<slug:key>/keying/serial", keying.keying_serial, name="keying_serial"),
    path("waves/<slug:key>/second-entry", keying.second_entry, name="second_entry"),
    path("waves/<slug:key>/differences", keying.differences, name="differences"),
    path("waves/<slug:key>/import", imports.import_sheets, name="import_sheets"),
    path("waves/<slug:key>/import/<slug:token>/", imports.import_check, name="import_check"),
    path("waves/<slug:key>/import/<slug:token>/drop", imports.import_drop, name="import_drop"),
    path("waves/<slug:key>/screening", screening.screening, name="screening"),
    path("waves/<slug:key>/screening/apply", screening.screening_apply, name="screening_apply"),
    path("waves/<slug:key>/screening/decide", screening.screening_decide, name="screening_decide"),
    path("waves/<slug:key>/screening/restore", screening.screening_restore, name="screening_restore"),
    path("sheets/<int:pk>/", screening.response, name="response"),
    path("sheets/<int:pk>/decide", screening.response_decide, name="response_decide"),
    path("sheets/<int:pk>/differences", keying.settle_sheet, name="settle_sheet"),
    path("questionnaires/", questionnaires.shelf, name="questionnaires"),
    path("questionnaires/new", questionnaires.new, name="questionnaire_new"),
    path("questionnaires/import", questionnaire_files.read, name="questionnaire_import"),
    path("questionnaires/<slug:key>/", questionnaires.one, name="questionnaire"),
    path("questionnaires/<slug:key>/<int:number>/draft", questionnaires.draft, name="questionnaire_draft"),
    path("questionnaires/<slug:key>/<int:number>/delete", questionnaires.delete, name="questionnaire_delete"),
    path(
        "questionnaires/<slug:key>/<int:number>/preview", questionnaires.preview, name="questionnaire_preview"
    ),
    path(
        "questionnaires/<slug:key>/<int:number>/export.<slug:kind>",
        questionnaires.export,
        name="questionnaire_export",
    ),
    path(
        "questionnaires/<slug:key>/<int:number>/edit", questionnaire_edit.outline, name="questionnaire_edit"
    ),
    path(
        "questionnaires/<slug:key>/<int:number>/edit/cover",
        questionnaire_edit.cover,
        name="questionnaire_cover",
    ),
    path(
        "questionnaires/<slug:key>/<int:number>/edit/section",
        questionnaire_edit.section,
        name="questionnaire_section",
    ),
    path(
        "questionnaires/<slug:key>/<int:number>/edit/question",
        questionnaire_question.question,
        name="questionnaire_question",
    ),
    path("waves/<slug:key>/report", report.report, name="report"),
    path("waves/<slug:key>/report/make", report.report_make, name="report_make"),
    path("waves/<slug:key>/report/<int:pk>", report.output, name="output"),
    path("waves/<slug:key>/report/<int:pk>/file", report.output_file, name="output_file"),
    path("waves/<slug:key>/data", export.export, name="export"),
]
