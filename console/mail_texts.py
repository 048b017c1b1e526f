"""What mails say: subjects and bodies of alerts, digests, closing and test mails.

A reader finds without scrolling: who owes what since when, which stage this is, what is wanted of
the reader in which capacity, and how to acknowledge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console.mail_facts import MailFacts, Matter, RoomFacts, read_mail_facts
from console.mail_words import CAPACITIES, LACKS, LACKS_ELSE, WANTED
from plans.attempts import Words
from plans.codes import code_of
from plans.mail_claims import Render
from plans.mail_states import Stage
from plans.rules import PlanRules
from records.language import Bilingual, Language, Sentence, mark
from schedules.rules import ScheduleRules

# A mail worded this long after its instant says that it was held up.
HELD_UP = timedelta(seconds=60)
_HEAD_DIGITS = 12
_BEIJING = "Asia/Shanghai"

_TAKEN_ON = mark("您已接手,请尽快办结")


def words_of(language: Language, schedules: ScheduleRules, plans: PlanRules) -> Render:
    """Return what words mails for the postman, in that language."""
    return MailTexts(schedules, plans, language).render_many


@dataclass(frozen=True, slots=True)
class MailTexts:
    """Words mails in one language, with the names of the catalogues."""

    rules: ScheduleRules
    plans: PlanRules
    language: Language

    def render(self, session: Session, mail_id: int, now: datetime) -> Words:
        """Return subject and body of one mail; ValueError if there is no such mail."""
        for facts in read_mail_facts(session, [mail_id]):
            return self._worded(facts, now)
        raise ValueError(f"no mail {mail_id}")

    def render_many(
        self, session: Session, mail_ids: Sequence[int], now: datetime
    ) -> dict[int, Words]:
        """Return subject and body of many mails; a number without a mail is left out."""
        return {
            facts.mail_id: self._worded(facts, now) for facts in read_mail_facts(session, mail_ids)
        }

    def _worded(self, facts: MailFacts, now: datetime) -> Words:
        match facts.matters:
            case ():
                subject, lines = self._test(facts)
            case (matter,):
                subject, lines = self._single(facts, matter)
            case _:
                subject, lines = self._digest(facts)
        if now - facts.at > HELD_UP:
            lines.append(
                self._say(mark("本邮件因邮件通道不畅迟发{span}。"), span=self._span(now - facts.at))
            )
        drill = self._say(mark("【演练】这是演练,不是真实情况。"))
        body = [*lines, "", *self._footer(facts.room)]
        if facts.is_drill:
            subject = self._say(mark("【演练】{subject}"), subject=subject)
            body = [drill, "", *body, drill]
        return Words(subject, "\n".join(body))

    def _single(self, facts: MailFacts, matter: Matter) -> tuple[str, list[str]]:
        match matter.stage:
            case Stage.TOLD | Stage.RETURNED:
                return self._told(facts, matter)
            case Stage.TAKEN:
                return self._taken(facts, matter)
            case Stage.OVER:
                return self._over(facts, matter)

    def _told(self, facts: MailFacts, matter: Matter) -> tuple[str, list[str]]:
        room = facts.room
        subject = self._say(
            mark("【{stage}】{who} {lacks} {overdue} {wanted}"),
            stage=self._stage(matter),
            who=self._who(matter),
            lacks=self._lacks(matter),
            overdue=self._overdue(matter),
            wanted=self._wanted(matter),
        )
        lines = [
            self._say(
                mark("{reader}:您以{capacity}身份收到本告警({stage})。"),
                reader=facts.recipient,
                capacity=self._capacity(matter),
                stage=self._stage(matter),
            ),
            "",
            self._say(mark("责任方:{who}"), who=self._who(matter)),
            self._say(mark("事项:{what}(未完成)"), what=self._what(matter)),
            *self._situation(matter),
            self._say(mark("时限:{due}"), due=self._instant(matter.due_at, room)),
            self._say(mark("状态:{overdue}"), overdue=self._overdue(matter)),
            self._say(mark("需要您:{wanted}"), wanted=self._wanted(matter)),
            *self._late_because_of_us(matter),
            "",
            self._say(
                mark("确认:请致电{room}值班室 {telephone},报确认码 {code}。"),
                room=room.name.removesuffix("值班室"),
                telephone=room.telephone,
                code=code_of(room.code_seed, matter.obligation_id),
            ),
            self._say(
                mark("无人确认将逐级上报;确认后{span}仍未办结,会再次提醒确认人。"),
                span=self._span(self.plans.returns_after),
            ),
        ]
        return subject, lines

    def _situation(self, matter: Matter) -> list[str]:
        """Return what the duty log says of the incident or the order that it is about."""
        return [
            self._say(mark("情况:{what}"), what=each.said_in(self.language))
            for each in matter.situation
        ]

    def _taken(self, facts: MailFacts, matter: Matter) -> tuple[str, list[str]]:
        by = matter.acknowledged_by or ""
        at = matter.acknowledged_at or matter.at
        subject = self._say(
            mark("【已接手】{who} {lacks} 已由{by}接手"),
            who=self._who(matter),
            lacks=self._lacks(matter),
            by=by,
        )
        lines = [
            self._say(
                mark("{reader}:此前告知您的事项已有人接手,您不必再处理。"), reader=facts.recipient
            ),
            "",
            *self._which(facts.room, matter),
            self._say(mark("接手人:{by}"), by=by),
            self._say(mark("接手时间:{at}"), at=self._instant(at, facts.room)),
        ]
        return subject, lines

    def _over(self, facts: MailFacts, matter: Matter) -> tuple[str, list[str]]:
        subject = self._say(
            mark("【已了结】{who} {what} {how}"),
            who=self._who(matter),
            what=self._what(matter),
            how=self._how_it_ended(matter, facts.room),
        )
        lines = [
            self._say(mark("{reader}:此前告知您的事项已经了结。"), reader=facts.recipient),
            "",
            *self._which(facts.room, matter),
            self._say(mark("结果:{how}"), how=self._how_it_ended(matter, facts.room)),
        ]
        return subject, lines

    def _which(self, room: RoomFacts, matter: Matter) -> list[str]:
        return [
            self._say(mark("责任方:{who}"), who=self._who(matter)),
            self._say(mark("事项:{what}"), what=self._what(matter)),
            self._say(mark("时限:{due}"), due=self._instant(matter.due_at, room)),
        ]

    def _how_it_ended(self, matter: Matter, room: RoomFacts) -> str:
        if matter.fulfilled_at is not None:
            at, by, late = (
                matter.fulfilled_at,
                matter.fulfilled_by,
                matter.fulfilled_at - matter.due_at,
            )
            done = self._say(mark("{at}完成"), at=self._instant(at, room))
            if late > timedelta(0):
                done = self._say(mark("{done},迟{late}"), done=done, late=self._span(late))
            return self._say(mark("{done}({by})"), done=done, by=by) if by else done
        if matter.waived_at is not None:
            return self._say(
                mark("{at}由{by}免除"),
                at=self._instant(matter.waived_at, room),
                by=matter.waived_by or "",
            )
        return self._say(mark("{at}了结"), at=self._instant(matter.at, room))

    def _digest(self, facts: MailFacts) -> tuple[str, list[str]]:
        told = [one for one in facts.matters if one.stage in (Stage.TOLD, Stage.RETURNED)]
        if told:
            subject = self._say(
                mark("【汇总】{count}项未完成 {wanted}"),
                count=len(told),
                wanted=self._wanted(told[0]),
            )
        else:
            subject = self._say(mark("【汇总】{count}项已接手或了结"), count=len(facts.matters))
        lines = [
            self._say(
                mark("{reader}:以下{count}项,每项一行。"),
                reader=facts.recipient,
                count=len(facts.matters),
            ),
            "",
            *(
                f"{number}. {self._line(facts.room, matter)}"
                for number, matter in enumerate(facts.matters, 1)
            ),
            *(
                self._late_because_of_us(max(told, key=lambda one: one.late_seconds))
                if told
                else []
            ),
        ]
        if told:
            lines += [
                "",
                self._say(
                    mark("确认:请致电{room}值班室 {telephone},报该项的确认码。"),
                    room=facts.room.name.removesuffix("值班室"),
                    telephone=facts.room.telephone,
                ),
                self._say(
                    mark("无人确认将逐级上报;确认后{span}仍未办结,会再次提醒确认人。"),
                    span=self._span(self.plans.returns_after),
                ),
            ]
        return subject, lines

    def _line(self, room: RoomFacts, matter: Matter) -> str:
        match matter.stage:
            case Stage.TOLD | Stage.RETURNED:
                return self._say(
                    mark("【{stage}】{who} {lacks} 时限{due} {overdue} {wanted} 确认码{code}"),
                    stage=self._stage(matter),
                    who=self._who(matter),
                    lacks=self._lacks(matter),
                    due=self._instant(matter.due_at, room),
                    overdue=self._overdue(matter),
                    wanted=self._wanted(matter),
                    code=code_of(room.code_seed, matter.obligation_id),
                )
            case Stage.TAKEN:
                return self._say(
                    mark("【已接手】{who} {lacks} {at}由{by}接手"),
                    who=self._who(matter),
                    lacks=self._lacks(matter),
                    at=self._instant(matter.acknowledged_at or matter.at, room),
                    by=matter.acknowledged_by or "",
                )
            case Stage.OVER:
                return self._say(
                    mark("【已了结】{who} {what} {how}"),
                    who=self._who(matter),
                    what=self._what(matter),
                    how=self._how_it_ended(matter, room),
                )

    def _test(self, facts: MailFacts) -> tuple[str, list[str]]:
        subject = self._say(mark("【测试】{room}邮件通道测试"), room=facts.room.name)
        lines = [
            self._say(mark("这是一封测试邮件,收到即说明邮件通道畅通,无需处理。")),
            self._say(mark("发出时间:{at}"), at=self._instant(facts.at, facts.room)),
        ]
        return subject, lines

    def _footer(self, room: RoomFacts) -> list[str]:
        return [
            "-- ",
            self._say(
                mark("{room} 值守程序自动发出,请勿回复。电话 {telephone}"),
                room=room.name,
                telephone=room.telephone,
            ),
            self._say(
                mark("值班日志第{seq}条 {head}"),
                seq=room.log_seq,
                head=room.log_hash[:_HEAD_DIGITS],
            ),
        ]

    def _late_because_of_us(self, matter: Matter) -> list[str]:
        if matter.late_seconds <= 0:
            return []
        span = self._span(timedelta(seconds=matter.late_seconds))
        return [self._say(mark("因本值守程序自身原因,本告警迟发{span}。"), span=span)]

    def _stage(self, matter: Matter) -> str:
        times = matter.times_told
        if matter.stage is Stage.RETURNED:
            return self._say(mark("仍未办结·第{times}次"), times=times)
        if times > 1:
            return self._say(mark("第{step}阶·第{times}次"), step=matter.ladder_step, times=times)
        return self._say(mark("第{step}阶"), step=matter.ladder_step)

    def _who(self, matter: Matter) -> str:
        if matter.post is None:
            return self._say("{who}", who=matter.debtor)
        kind = matter.subject.removeprefix("shift:").partition(":")[0]
        shift = self.rules.shifts.get(kind)
        shift_name = Bilingual(shift.name, shift.name_en) if shift else Bilingual("", "")
        return self._say(
            mark("{shift}{post} {person}"),
            shift=shift_name,
            post=matter.post,
            person=matter.person or Sentence(mark("(无人排班)")),
        )

    def _what(self, matter: Matter) -> str:
        return self.rules.words_for(matter.kind, matter.subject).said_in(self.language)

    def _lacks(self, matter: Matter) -> str:
        return self._say(LACKS.get(matter.kind, LACKS_ELSE), what=self._what(matter))

    def _wanted(self, matter: Matter) -> str:
        if matter.stage is Stage.RETURNED:
            return self._say(_TAKEN_ON)
        wanted = WANTED.get(matter.kind, WANTED[""])
        role = "owner" if matter.is_owner else matter.capacity
        return self._say(wanted.get(role, wanted[""]))

    def _capacity(self, matter: Matter) -> str:
        # A capacity that the bureau added names itself.
        return self._say(CAPACITIES.get(matter.capacity, matter.capacity))

    def _overdue(self, matter: Matter) -> str:
        over = matter.at - matter.due_at
        if over < timedelta(0):
            return self._say(mark("还有{span}"), span=self._span(-over))
        if over < timedelta(seconds=1):
            return self._say(mark("时限已到"))
        return self._say(mark("已超{span}"), span=self._span(over))

    def _span(self, span: timedelta) -> str:
        seconds = int(span.total_seconds())
        days, hours, minutes = seconds // 86_400, seconds % 86_400 // 3600, seconds % 3600 // 60
        if days:
            return self._say(mark("{days}天{hours}小时"), days=days, hours=hours)
        if hours:
            return self._say(mark("{hours}小时{minutes}分钟"), hours=hours, minutes=minutes)
        if minutes:
            return self._say(mark("{minutes}分钟"), minutes=minutes)
        return self._say(mark("{seconds}秒"), seconds=seconds)

    def _say(self, template: str, **params: object) -> str:
        return Sentence(template, params).said_in(self.language)

    def _instant(self, instant: datetime, room: RoomFacts) -> str:
        """Return date and time as the room's clocks show them, and which clocks those are."""
        local = instant.astimezone(room.zone)
        seconds = ":%S" if local.second else ""
        zone = Sentence(mark("北京时间")) if room.zone.key == _BEIJING else room.zone.key
        return self._say(
            mark("{at}({zone})"), at=local.strftime(f"%Y-%m-%d %H:%M{seconds}"), zone=zone
        )
