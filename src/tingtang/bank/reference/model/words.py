"""Why the bank says no: every code with its words. Texts may have ``{gaps}``."""

from collections.abc import Sequence
from typing import Any

from tingtang.kernel.text import Text

WORDS: dict[str, Text] = {
    "bad_input": Text("请求有误：{reason}", "The request is not valid: {reason}"),
    "unknown_trade": Text("没有这种交易（{what}）", "There is no such trade ({what})"),
    "trace_used": Text("该流水号已用于另一笔交易", "This trace belongs to another trade"),
    "unknown_trace": Text("没有这笔交易", "There is no such trade"),
    "reversed": Text("该交易已冲正", "The trade was reversed"),
    "cannot_reverse": Text(
        "该交易之后已有其他变动或已过当日，不能冲正",
        "Something was done since, or the day has ended: it cannot be reversed",
    ),
    "unknown_customer": Text("没有这位客户", "There is no such customer"),
    "not_unique": Text("找到不止一位客户，请用证件查询", "More than one was found; use a paper"),
    "one_needed": Text(
        "请提供证件、卡号、账号或手机号中的一项",
        "Give one of: paper, card, account, phone",
    ),
    "unknown_account": Text("没有这个账户", "There is no such account"),
    "unknown_card": Text("没有这张卡", "There is no such card"),
    "unknown_deposit": Text("没有这笔定期存款", "There is no such term deposit"),
    "unknown_product": Text("没有这个产品", "There is no such product"),
    "unknown_order": Text("没有这笔产品订单", "There is no such order"),
    "unknown_agreement": Text("没有这份签约", "There is no such agreement"),
    "unknown_token": Text("没有这个U盾", "There is no such token"),
    "unknown_box": Text("没有这个钱箱", "There is no such cash box"),
    "wrong_kind": Text("该账户不能办理此业务", "This account is of another kind"),
    "closed": Text("已销户或已注销", "It is closed"),
    "lost": Text("已挂失，暂停支付", "It is reported lost; payment is stopped"),
    "frozen": Text("账户已冻结", "The account is frozen"),
    "locked": Text("账户已锁定，请先解锁", "The account is locked; unlock it first"),
    "not_lost": Text("没有挂失", "It is not reported lost"),
    "already_lost": Text("已经挂失", "It is reported lost already"),
    "loss_not_written": Text(
        "口头挂失须先补办书面挂失", "An oral report must first be followed by a written one"
    ),
    "not_frozen": Text("账户没有冻结", "The account is not frozen"),
    "not_locked": Text("没有锁定", "It is not locked"),
    "insufficient": Text("可用余额不足", "There is not enough money in the account"),
    "same_account": Text("转出和转入账户相同", "Both accounts are the same"),
    "name_differs": Text("收款人户名与账号不符", "The account is in another name"),
    "over_single_limit": Text("超过单笔限额", "It is above the limit for one time"),
    "over_daily_limit": Text("超过当日累计限额", "It is above the limit for one day"),
    "limits_wrong": Text(
        "单笔限额不能大于当日限额", "The limit for one time is above the limit for a day"
    ),
    "box_short": Text("钱箱现金不足", "There is not enough cash in the box"),
    "notes_wrong": Text("券别合计与金额不符", "The notes do not add up to the amount"),
    "date_passed": Text("日期须在今日之后", "The date must lie after today"),
    "pin_wrong": Text("密码错误，还可输入 {left} 次", "Wrong PIN; {left} tries are left"),
    "pin_locked": Text(
        "密码连续输错，已锁定，请重置密码", "The PIN is locked after too many tries; reset it"
    ),
    "pin_needed": Text("请输入密码", "The PIN is needed"),
    "no_pin": Text("尚未设置密码", "No PIN has been set"),
    "same_pin": Text("新密码不能与原密码相同", "The new PIN is the old one"),
    "below_least": Text("低于起存或起购金额", "It is below the least amount"),
    "rest_too_small": Text(
        "部分支取后余额低于起存金额，请全部支取",
        "What would be left is below the least amount; withdraw all of it",
    ),
    "more_than_there": Text("超过存款本金", "It is more than the deposit"),
    "has_composite": Text("已有个人综合账户", "There is a composite account already"),
    "too_many_cards": Text(
        "同一客户借记卡不超过 4 张", "One customer holds at most four debit cards"
    ),
    "guardian_needed": Text("未成年人须由监护人代办", "A minor needs the guardian"),
    "guardian_wrong": Text("监护人与登记不符", "The guardian is another one"),
    "already_active": Text("已经启用", "It is active already"),
    "not_active": Text("尚未启用", "It is not active yet"),
    "money_left": Text("账户有余额，请指定转入账户", "Money is left; say where it goes"),
    "ebank_open": Text("已开通电子银行", "E-banking is open already"),
    "ebank_not_open": Text("未开通电子银行", "E-banking is not open"),
    "channel_wrong": Text("没有这种电子渠道", "There is no such channel"),
    "token_taken": Text("该U盾已绑定", "The token is bound already"),
    "in_person": Text("此业务须本人办理", "This is done in person, not by an agent"),
    "agent_is_owner": Text("代办人证件与户主相同", "The agent's paper is the owner's own"),
    "token_wrong": Text("该U盾未通过核验", "The token was not accepted"),
    "token_expired": Text("U盾证书已过期", "The token's certificate has expired"),
    "key_wrong": Text("公钥格式有误", "The public key is not valid"),
    "already_bound": Text("已与该商户签约", "It is bound to that merchant already"),
    "bad_phone": Text("手机号格式不正确", "The phone number is not valid"),
    "nothing_to_change": Text("没有要修改的内容", "There is nothing to change"),
    "nothing_owed": Text("没有欠款", "Nothing is owed"),
    "more_than_owed": Text("还款金额超过欠款", "It is more than what is owed"),
    "risk_not_assessed": Text(
        "风险评估未做或已过期", "The risk assessment is missing or out of date"
    ),
    "risk_too_high": Text(
        "产品风险等级高于客户承受能力", "The product's risk is above the customer's level"
    ),
    "not_redeemable_yet": Text("未到期，不能赎回", "It cannot be redeemed before its term"),
    "range_wrong": Text("凭证号段有误", "The range of vouchers is not valid"),
    "not_in_stock": Text("凭证不在该保管人名下", "The voucher is not in that stock"),
    "out_of_order": Text(
        "重要空白凭证须按号码顺序使用，下一号为 {next}",
        "Vouchers are used in order of their numbers; the next is {next}",
    ),
    "voucher_used": Text("凭证已使用或已作废", "The voucher has been used or voided"),
    "no_difference": Text("差额为零", "There is no difference"),
    "printed_wrong": Text("登折行号有误", "The printed line is not valid"),
    "day_not_yet": Text("尚未到该营业日", "That day has not come yet"),
}


class Declined(Exception):  # noqa: N818 - an answer, not a fault
    """The bank says no. ``kept`` records are written all the same: a wrong PIN is counted."""

    def __init__(self, code: str, kept: Sequence[Any] = (), **gaps: object) -> None:
        self.code = code
        self.kept = kept
        words = WORDS[code]
        self.words = Text(words.zh.format(**gaps), words.en.format(**gaps))
        super().__init__(f"{code}: {self.words.en}")
