"""Ready-made questions about the thing itself, in the same plain words."""

from __future__ import annotations

from dataclasses import replace

from app.forms.applicants import PLACE_EXAMPLE, PLACE_HELP
from app.forms.definitions import Choice, Field, FieldType, ShowIf

_SUBJECT = "要办的事"
_HOUSEHOLD = "家里的情况"
_ACCOUNT = "钱打到哪里"
_DELIVERY = "结果怎么给您"


def premises(label: str, *, required: bool = True) -> Field:
    """Ask where something is to be done."""
    return Field(
        key="premises",
        type=FieldType.ADDRESS,
        label=label,
        help=PLACE_HELP,
        example="西关大街 18 号一楼",
        required=required,
        group=_SUBJECT,
    )


def vehicle() -> Field:
    """Ask which vehicle or machine it is about."""
    return Field(
        key="vehicle_number",
        type=FieldType.TEXT,
        label="车辆（机具）的号牌号码",
        help="还没有上牌的，填车架号或机架号。",
        example="豫P12345",
        max_length=30,
        group=_SUBJECT,
    )


def text(
    key: str,
    label: str,
    help_text: str,
    *,
    example: str = "",
    required: bool = True,
    max_length: int = 500,
) -> Field:
    """Ask for some sentences about the matter."""
    return Field(
        key=key,
        type=FieldType.LONG_TEXT,
        label=label,
        help=help_text,
        example=example,
        required=required,
        max_length=max_length,
        group=_SUBJECT,
    )


def day(key: str, label: str, help_text: str, *, past: bool, required: bool) -> Field:
    """Ask for a day of the matter."""
    return Field(
        key=key,
        type=FieldType.DATE,
        label=label,
        help=help_text,
        example="2026-03-02",
        max="today" if past else "",
        required=required,
        group=_SUBJECT,
    )


def which_act() -> Field:
    """Ask what is to be done with a certificate, where the name leaves it open."""
    return Field(
        key="act",
        type=FieldType.CHOICE,
        label="您这次办哪一种",
        help="第一次办选“新办”；已经有证的，看要改、要续、要补还是不要了。",
        choices=(
            Choice("new", "新办"),
            Choice("change", "变更（改内容）"),
            Choice("renew", "延续（快到期了）"),
            Choice("reissue", "补发（丢了或坏了）"),
            Choice("cancel", "注销（不要了）"),
        ),
        group=_SUBJECT,
    )


def changed() -> Field:
    """Ask what is to be changed."""
    return text(
        "change_what",
        "要改什么，改成什么",
        "一项一项写，原来是什么、现在要改成什么。",
        example="经营地址由西关大街 18 号改为东关大街 6 号",
    )


def licence_number(*, required: bool = True) -> Field:
    """Ask for the number of the certificate at hand."""
    return Field(
        key="licence_number",
        type=FieldType.TEXT,
        label="原来证件（批文、备案）的编号",
        help="印在原来的证件上。" + ("" if required else "记不清可以不填。"),
        example="JY24116030000001",
        max_length=60,
        required=required,
        group=_SUBJECT,
    )


def expiry() -> Field:
    """Ask when the certificate at hand ends."""
    return day(
        "expires_on",
        "原来的证件哪一天到期",
        "看证件上“有效期至”后面的日期。",
        past=False,
        required=True,
    )


def reissue_reason() -> Field:
    """Ask why a certificate is to be issued again."""
    return Field(
        key="reissue_reason",
        type=FieldType.CHOICE,
        label="为什么要补办",
        help="选最接近的一个就行。",
        choices=(
            Choice("lost", "丢了"),
            Choice("damaged", "坏了、看不清了"),
            Choice("other", "别的原因"),
        ),
        group=_SUBJECT,
    )


def cancel_reason() -> Field:
    """Ask why a certificate or registration is to be ended."""
    return text(
        "cancel_reason",
        "为什么要注销或终止",
        "简单写一两句就行。",
        example="不再经营了",
        max_length=200,
    )


def household() -> tuple[Field, ...]:
    """Ask what decides a benefit that depends on need."""
    return (
        Field(
            key="household_size",
            type=FieldType.NUMBER,
            label="一起生活的家里人有几口",
            help="住在一起、一起吃饭花钱的，连申请人也算上。",
            example="4",
            min="1",
            max="30",
            group=_HOUSEHOLD,
        ),
        Field(
            key="household_income",
            type=FieldType.MONEY,
            label="全家一个月大概收入多少元",
            help="工资、种地、养老金、子女给的钱都算，没有收入填 0。",
            example="1200",
            max="1000000",
            group=_HOUSEHOLD,
        ),
        Field(
            key="hardships",
            type=FieldType.CHOICES,
            label="家里有哪些困难",
            help="有几样选几样。",
            choices=(
                Choice("illness", "有人生重病"),
                Choice("disability", "有残疾人"),
                Choice("elderly", "有老人要照顾"),
                Choice("unemployment", "没有工作"),
                Choice("schooling", "孩子上学花费大"),
                Choice("disaster", "遭了灾或出了意外"),
                Choice("other", "别的困难"),
            ),
            group=_HOUSEHOLD,
        ),
    )


def account() -> tuple[Field, ...]:
    """Ask where a benefit is to be paid; nothing else asks for an account."""
    return (
        Field(
            key="account_name",
            type=FieldType.TEXT,
            label="收款人（开户人）的名称",
            help="要和申请人或申请单位的名称一样；未成年人可以填监护人。",
            example="张秀兰",
            group=_ACCOUNT,
        ),
        Field(
            key="bank_name",
            type=FieldType.TEXT,
            label="开户银行",
            help="存折或银行卡上写的银行，社保卡也可以。",
            example="某某银行淮阳支行",
            group=_ACCOUNT,
        ),
        Field(
            key="account_number",
            type=FieldType.TEXT,
            label="银行账号（卡号）",
            help="照着存折或银行卡填，不要填密码。",
            example="6200000000000000000",
            max_length=40,
            group=_ACCOUNT,
        ),
    )


def delivery() -> tuple[Field, ...]:
    """Ask how a paper result is to reach the applicant."""
    return (
        Field(
            key="delivery",
            type=FieldType.CHOICE,
            label="证件（文书）办好以后怎么给您",
            help="邮寄不用再跑一趟。",
            choices=(
                Choice("counter", "我到窗口取"),
                Choice("courier", "邮寄给我"),
            ),
            group=_DELIVERY,
        ),
        Field(
            key="delivery_address",
            type=FieldType.ADDRESS,
            label="邮寄到哪里",
            help=PLACE_HELP,
            example=PLACE_EXAMPLE,
            show_if=ShowIf("delivery", ("courier",)),
            group=_DELIVERY,
        ),
    )


def dispute() -> tuple[Field, ...]:
    """Ask what an adjudication is about."""
    return (
        Field(
            key="respondent_name",
            type=FieldType.TEXT,
            label="和谁有争议（对方的姓名或单位名称）",
            help="有几个就都写上。",
            example="赵某某",
            group=_SUBJECT,
        ),
        Field(
            key="respondent_contact",
            type=FieldType.TEXT,
            label="对方的电话或地址",
            help="知道就填，不知道可以不填。",
            example="城关回族镇北关村",
            required=False,
            group=_SUBJECT,
        ),
        text(
            "claim",
            "您想要什么结果",
            "一条一条写清楚。",
            example="请求确认某某地块归我家使用",
        ),
        text(
            "dispute_story",
            "事情的经过",
            "什么时候、在哪里、怎么回事，按先后写。",
            max_length=2000,
        ),
        day(
            "dispute_on",
            "争议是哪一天开始的",
            "记不清可以不填。",
            past=True,
            required=False,
        ),
        Field(
            key="mediated",
            type=FieldType.YES_NO,
            label="村里、社区或别的单位调解过吗",
            help="调解过、没成功，选“是”。",
            group=_SUBJECT,
        ),
        Field(
            key="not_in_court",
            type=FieldType.YES_NO,
            label="法院、仲裁机构没有受理过这件事",
            help="没有打过官司、没有申请过仲裁，选“是”。",
            warning=(
                "法院或仲裁机构已经受理的，一般不再裁决。"
                "您仍然可以提交，工作人员会帮您核对。"
            ),
            group=_SUBJECT,
        ),
    )


def reward() -> tuple[Field, ...]:
    """Ask who is to be rewarded, and for what."""
    return (
        Field(
            key="nomination",
            type=FieldType.CHOICE,
            label="是自己申报，还是推荐别人",
            help="给自己（本单位）申报，选“自己申报”。",
            choices=(Choice("own", "自己申报"), Choice("other", "推荐别人")),
            group=_SUBJECT,
        ),
        Field(
            key="nominee_name",
            type=FieldType.TEXT,
            label="您推荐谁（姓名或单位名称）",
            help="要写全名。",
            example="陈志强",
            show_if=ShowIf("nomination", ("other",)),
            group=_SUBJECT,
        ),
        text(
            "deeds",
            "做了哪些事",
            "什么时候、做了什么、有什么成绩。",
            max_length=2000,
        ),
        Field(
            key="proof",
            type=FieldType.FILE,
            label="证明事迹的照片或文件",
            help="最多 3 个，没有可以不传。",
            required=False,
            max="3",
            group=_SUBJECT,
        ),
    )


def evidence() -> Field:
    """Ask for what the applicant has, where the source names no material."""
    return Field(
        key="evidence",
        type=FieldType.FILE,
        label="能证明情况的材料",
        help="要带什么，资料里没有写。手边有相关的证件、票据、文件就传，"
        "没有可以先不传；还缺什么，工作人员会一次告诉您。",
        required=False,
        max="9",
        group=_SUBJECT,
    )


def deferral(names: tuple[str, ...]) -> Field:
    """Ask for the promise on which materials may follow later."""
    listed = "、".join(f"“{name}”" for name in names)
    return Field(
        key="deferral_promise",
        type=FieldType.YES_NO,
        label=f"今天拿不出来的这些材料，我承诺按规定时间补上：{listed}",
        help="材料都齐了，选“否”，直接上传就行。",
        required=False,
        group=_SUBJECT,
    )


def copies() -> Field:
    """Ask how many copies of a certificate are wanted."""
    return Field(
        key="copies",
        type=FieldType.NUMBER,
        label="需要几份",
        help="一般 1 份就够了。",
        example="1",
        min="1",
        max="20",
        group=_SUBJECT,
    )


def shown_after(fields: tuple[Field, ...], condition: ShowIf) -> tuple[Field, ...]:
    """Return the same questions, asked only after a certain answer."""
    return tuple(
        each if each.show_if else replace(each, show_if=condition) for each in fields
    )
