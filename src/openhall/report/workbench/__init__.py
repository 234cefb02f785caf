"""The workbench: any variable against any other, computed from counted tables only, whatever was counted.

`variables`: what can be chosen; `asked`: what was; `cells`: counted tables as data; `running`: the procedures on them;
`answer`: all of it; around them words (`writer`, `words`, `groups`, `links`), `charts`, `tables`, `cautions`, `files`.
"""
