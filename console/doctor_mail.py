"""The doctor on the mail path: where mails go, how they are protected, whether they arrive."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.doctor_findings import Found, Health
from console.status import count_mails
from plans.tables import MailPath
from records.language import Sentence, mark
from records.settings import LoadedSettings, Relay, Security


def mail_findings(session: Session, loaded: LoadedSettings, now: datetime) -> Iterator[Found]:
    """Yield what the settings say of the mail path, and how the path last behaved."""
    relays = loaded.settings.mail.relays
    if not relays:
        yield Found(
            "mail",
            Health.WARNING,
            Sentence(mark("没有设置邮件服务器,邮件只写入 spool 文件夹,不会发到任何人")),
            Sentence(mark("请在 [mail] 写明 host,再运行 duty mail test 邮箱地址")),
        )
    for relay in relays:
        yield _relay(relay)
    for row in session.scalars(select(MailPath).order_by(MailPath.relay)):
        yield _path(row)
    counts = count_mails(session, loaded.settings.room.key, now)
    if counts.delayed or counts.refused:
        yield Found(
            "mail",
            Health.WARNING,
            Sentence(
                mark("邮件延迟{delayed}封,24小时内被拒{refused}封"),
                {"delayed": counts.delayed, "refused": counts.refused},
            ),
            Sentence(mark("请看 duty mail list,必要时用电话告知")),
        )


def _relay(relay: Relay) -> Found:
    params = {"host": relay.host, "port": relay.port, "security": relay.security.value}
    sentence = Sentence(mark("邮件服务器 {host}:{port},保护方式 {security}"), params)
    if relay.security is Security.PLAIN_TEXT:
        remedy = Sentence(mark("邮件和密码以明文传输;请改用 starttls 或 tls"))
        return Found("mail", Health.WARNING, sentence, remedy)
    return Found("mail", Health.FINE, sentence)


def _path(row: MailPath) -> Found:
    params = {
        "relay": row.relay,
        "reply": row.last_reply,
        "at": row.last_accepted_at.isoformat(timespec="seconds") if row.last_accepted_at else "—",
    }
    if row.is_working:
        return Found(
            "mail_path",
            Health.FINE,
            Sentence(mark("邮件通道 {relay} 正常,最近接收 {at}"), params),
        )
    return Found(
        "mail_path",
        Health.FAULT,
        Sentence(mark("邮件通道 {relay} 不通:{reply}"), params),
        Sentence(mark("请核对 [mail] 设置和网络,再运行 duty mail test 邮箱地址")),
    )
