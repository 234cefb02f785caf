import dataclasses
import json

from hypothesis import given, settings
from tests.surveys.strategies import questionnaires

from openhall.surveys.dict_format import from_dict, to_dict
from openhall.surveys.questionnaire import Questionnaire
from openhall.surveys.toml_format import builtin, read_toml, write_toml
from openhall.surveys.xlsform import read_xlsform, write_xlsform


@given(questionnaires())
def test_toml_reads_what_it_wrote(questionnaire: Questionnaire) -> None:
    assert read_toml(write_toml(questionnaire), key=questionnaire.key) == questionnaire


@given(questionnaires())
def test_a_stored_questionnaire_comes_back_equal(questionnaire: Questionnaire) -> None:
    stored = json.dumps(to_dict(questionnaire), ensure_ascii=False)
    assert from_dict(json.loads(stored)) == questionnaire


@settings(max_examples=25, deadline=None)
@given(questionnaires(fieldwork=False))
def test_an_xlsform_reads_what_it_wrote(questionnaire: Questionnaire) -> None:
    assert read_xlsform(write_xlsform(questionnaire), key=questionnaire.key) == questionnaire


def test_the_builtin_study_survives_every_format() -> None:
    study = builtin()
    assert read_toml(write_toml(study), key=study.key) == study
    assert from_dict(to_dict(study)) == study
    assert read_xlsform(write_xlsform(study), key=study.key) == dataclasses.replace(study, fieldwork=None)


def test_a_shared_scale_is_stored_once() -> None:
    assert json.dumps(to_dict(builtin()), ensure_ascii=False).count("非常满意") == 1
