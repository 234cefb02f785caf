"""The analysis plan of chapter 4 in the languages of other programs, so that anyone can check our figures:
PSPP and SPSS syntax, and an R script. The plan is the `Study` our own procedures read."""
