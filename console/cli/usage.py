"""The argument parser's own complaints, said as sentences in both languages.

They are recognised by their words: the parser's classes are private, and what is not recognised is
shown as it is.
"""

import re

from records.language import Sentence, mark

_COMPLAINTS = (
    (r"Missing (?:option|argument) '(?P<name>[^']+)'.*", mark("缺少 {name}。")),
    (
        r"No such option: (?P<name>\S+) \(Possible options: (?P<near>.+)\)",
        mark("没有选项 {name},最接近的是 {near}。"),
    ),
    (r"No such option: (?P<name>\S+)", mark("没有选项 {name}。")),
    (
        r"No such command '(?P<name>.*)'\. Did you mean '(?P<near>.+)'\?",
        mark("没有命令 {name},最接近的是 {near}。"),
    ),
    (r"No such command '(?P<name>.*)'\.", mark("没有命令 {name}。")),
    (r"Option '(?P<name>[^']+)' requires an argument\.", mark("选项 {name} 后应有值。")),
    (r"Option '(?P<name>[^']+)' does not take a value\.", mark("选项 {name} 不带值。")),
    (r"Got unexpected extra arguments?(?:\(s\))? \((?P<name>.+)\)", mark("多余的词:{name}。")),
    (
        r"Invalid value for '(?P<name>[^']+)': .*valid integer.*",
        mark("选项 {name} 的值应为整数。"),
    ),
    (
        r"Invalid value for '(?P<name>[^']+)': .*(?:is not one of|not in) (?P<near>.+?)\.?",
        mark("选项 {name} 的值应为以下之一:{near}。"),
    ),
    (
        r"Invalid value for '(?P<name>[^']+)': .*greater than or equal to (?P<near>\d+)",
        mark("选项 {name} 的值应不小于 {near}。"),
    ),
    (
        r"Invalid value for '(?P<name>[^']+)': .*less than or equal to (?P<near>\d+)",
        mark("选项 {name} 的值应不大于 {near}。"),
    ),
)


def complaint(message: str) -> Sentence:
    """Return what the parser says as a sentence; in its own words if it is not known."""
    for pattern, template in _COMPLAINTS:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return Sentence(template, found.groupdict())
    return Sentence("{message}", {"message": message})
