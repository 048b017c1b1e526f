"""The words of mails that say what is lacking and what is wanted of the reader, by kind."""

from collections.abc import Mapping

from records.language import mark

CAPACITIES = {
    "owed_by": mark("责任人"),
    "person": mark("责任人"),
    "unit": mark("责任单位"),
    "partner": mark("值班搭档"),
    "duty_officer": mark("值班员"),
    "shift_lead": mark("带班领导"),
    "duty_leader": mark("值班局领导"),
    "commander": mark("指挥长"),
    "deputy_commander": mark("副指挥长"),
    "office_director": mark("办公室主任"),
    "driver": mark("值班司机"),
    "acknowledged_by": mark("接手人"),
}
LACKS = {
    "sign_in": mark("未签到"),
    "presence_check": mark("未确认在岗"),
    "handover": mark("未交接班"),
    "routine_report": mark("未报{what}"),
    "incident_report": mark("未报{what}"),
}
LACKS_ELSE = mark("未完成{what}")
WANTED: Mapping[str, Mapping[str, str]] = {
    "sign_in": {
        "owner": mark("请立即到岗签到"),
        "partner": mark("请提醒其立即到岗签到"),
        "duty_leader": mark("请过问并安排顶岗"),
        "": mark("请督促到岗"),
    },
    "presence_check": {
        "owner": mark("请立即确认在岗"),
        "partner": mark("请当面查看其是否在岗"),
        "": mark("请查看其是否在岗"),
    },
    "handover": {"owner": mark("请立即办理交接班"), "": mark("请督促交接班")},
    "routine_report": {
        "owner": mark("请立即报送"),
        "duty_officer": mark("请电话催报"),
        "": mark("请督促报送"),
    },
    "incident_report": {"owner": mark("请立即报送"), "": mark("请督促报送")},
    "acknowledgement": {"duty_officer": mark("请电话催其确认"), "": mark("请立即电话确认")},
    "order": {"owner": mark("请立即执行并报结果"), "": mark("请督促执行")},
    "": {"owner": mark("请立即办理"), "": mark("请督促办理")},
}
