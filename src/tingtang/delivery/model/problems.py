"""Why something of the delivery leg is refused."""

from tingtang.kernel.errors import Problem

UNKNOWN_ORDER = Problem("unknown_order", 404, "没有这个实物订单", "There is no such item order")
NOT_NOW = Problem(
    "order_not_there_yet",
    409,
    "订单当前为“{status}”，不能进行此操作",
    "The order is “{status}”; this cannot be done now",
)
OTHER_WAY = Problem(
    "goes_out_otherwise",
    409,
    "该订单的交付方式为“{how}”，不能以此方式办理",
    "This item goes out by “{how}” and in no other way",
)
SAME_PERSON = Problem(
    "trade_and_delivery_same_person",
    403,
    "经办交易的人员不得办理该笔实物的出库、封包、装填和交付，请换一位同事",
    "Whoever did the trade may not stock, seal, load or hand over its item; ask somebody else",
)
DELIVERED_BY_SAME = Problem(
    "delivery_and_trade_same_person",
    403,
    "经手实物的人员不得办理该笔交易或结清，请换一位同事",
    "Whoever handled the item may not do its trade nor settle it; ask somebody else",
)
TRADE_NOT_DONE = Problem(
    "trade_not_done",
    409,
    "该笔交易尚未完成，实物不能交付",
    "The trade is not done yet: the item cannot be handed over",
)
NOT_HANDED_OVER = Problem(
    "not_handed_over",
    409,
    "实物尚未交付或退回，交易不能结清",
    "The item was neither handed over nor returned: it cannot be settled",
)
WRONG_SEAL = Problem(
    "wrong_seal",
    409,
    "封签号与登记不符，请核对封包，勿放入柜格",
    "The seal number is not the one on record: check the parcel, do not load it",
)
SEAL_USED = Problem(
    "seal_used", 409, "该封签号已用于另一个封包", "This seal number is on another parcel already"
)
NOT_RECOGNISED = Problem(
    "not_recognised",
    403,
    "证件与取件码不符，请核对后重试",
    "The paper and the pick-up code do not go together; check them and try again",
)
LOCKED = Problem(
    "pick_up_locked",
    403,
    "错误次数过多，已锁定；请持证件到柜台由工作人员核实",
    "Too many wrong tries: it is locked. Please come to a counter with your papers",
)
NOTHING_READY = Problem(
    "nothing_ready",
    404,
    "没有查到可领取的实物，请核对证件与取件码",
    "Nothing is ready for this paper and code; please check them",
)
NO_CELL = Problem(
    "no_free_cell", 409, "柜子没有合适的空格", "The cabinet has no free cell that is large enough"
)
CELL_BUSY = Problem(
    "cell_busy",
    409,
    "{cell} 号格状态待核实或柜门未关，请先处理",
    "Cell {cell} is in doubt or its door is open; see to that first",
)
NOT_IN_DOUBT = Problem(
    "cell_not_in_doubt", 409, "{cell} 号格无需核实", "Cell {cell} needs no inspection"
)
NOT_IN_MACHINE = Problem(
    "number_not_in_machine",
    422,
    "账上 {device} 里没有 {number} 号，请核对取出物品上的号码",
    "By the books {device} holds no number {number}: check the number on what came out",
)
NOT_A_CABINET = Problem(
    "not_a_cabinet", 422, "该设备不是本网点的智能柜", "This is no locker cabinet of this branch"
)
NOT_A_DISPENSER = Problem(
    "not_a_dispenser",
    422,
    "该设备不是本网点的产品领取机，或不发放此类实物",
    "This is no dispenser of this branch, or it gives out nothing of this kind",
)
NOT_HELD_HERE = Problem(
    "not_held_here",
    403,
    "只能在本网点、本网点的设备与总库之间调拨（{holder}）",
    "Only between the branch, its machines and the vault ({holder})",
)
NUMBERS_WRONG = Problem(
    "numbers_wrong",
    422,
    "号码段有误：须同前缀、首号不大于末号、不超过 {most} 份",
    "The numbers are wrong: one prefix, first not above last, at most {most}",
)
OUT_OF_ORDER = Problem(
    "out_of_order",
    409,
    "重要空白凭证须按号码顺序使用，下一个是 {next}",
    "Vouchers go in order of their numbers; the next is {next}",
)
TWO_PEOPLE = Problem(
    "two_people",
    403,
    "须由两位不同的人员办理",
    "This takes two different people",
)
WITNESS_NEEDED = Problem(
    "witness_needed",
    403,
    "本网点开柜存取须由第二人在场并登录确认",
    "Here a second person signs for every cell that is opened to load or take back",
)
NOT_IN_CLEARING = Problem(
    "not_in_clearing", 403, "您不是本次清机的清点人", "You are not one of the two who count here"
)
THIRD_PERSON = Problem(
    "third_person",
    403,
    "差错须由清点人以外的人员审批",
    "A difference is approved by somebody other than the two who counted",
)
CLEARING_UNKNOWN = Problem("unknown_clearing", 404, "没有这次清机", "There is no such clearing")
CLEARING_NOT_NOW = Problem(
    "clearing_not_now", 409, "清机当前步骤不能进行此操作", "The clearing is not at this step now"
)
CLEARING_OPEN = Problem(
    "clearing_open", 409, "该设备已有一次清机正在进行", "This machine is being cleared already"
)
CASH_UNDER_WAY = Problem(
    "cash_under_way",
    409,
    "有客户正在本机收付现金，请等其办完再清点或加钞",
    "A customer's cash is being moved at this machine: count or fill it once that has ended",
)
DIFFERENCES_OPEN = Problem(
    "differences_open",
    409,
    "还有差错未审批记账，不能结束",
    "There are differences that are not approved and booked",
)
DAY_NOT_CLEAR = Problem(
    "day_not_clear",
    409,
    "日终不能关闭：{open}",
    "The day cannot be closed: {open}",
)
DAY_NOT_ASKED = Problem(
    "day_not_asked",
    409,
    "日终须由两人办理：先由清点人员提请，再由另一位主管确认关闭",
    "Two people close the day: one asks, then somebody else confirms",
)
COUNTS_UNLIKE = Problem(
    "counts_unlike",
    422,
    "“{name}”的张数与金额不符，请核对",
    "Pieces and amount of “{name}” do not go together; check them",
)
PACK_ONLY = Problem(
    "pack_only",
    409,
    "装入设备的现金在“设备加钞”中办理",
    "Cash for a machine goes by cash packs",
)
NO_CASH_MACHINE = Problem(
    "no_cash_machine", 404, "本网点没有这台现金设备", "This branch has no such cash machine"
)
BAD_PIECES = Problem(
    "bad_pieces", 422, "请填写各面额张数", "Say how many notes of which denomination"
)
PACK_BOOKED = Problem(
    "pack_booked",
    409,
    "该钞包已记账入设备，请继续装入，不能退回总库",
    "This pack is booked into the machine already: go on putting it in",
)
UNKNOWN_TASK = Problem(
    "unknown_voucher_task", 404, "没有这笔凭证调拨", "There is no such voucher movement"
)
PARTLY_VOIDED = Problem(
    "partly_voided",
    409,
    "已作废 {voided} 份（至 {last}）；{next} 起未作废：{reason}。可再次确认，只办理其余",
    "{voided} are void (up to {last}); from {next} on they are not: {reason}. Confirm again for the rest",
)
TASK_OVER = Problem(
    "voucher_task_over", 409, "这笔凭证业务已办结", "This voucher movement is over already"
)
BANK_SILENT = Problem(
    "bank_silent",
    503,
    "核心系统没有应答，结果未知；请稍后再次提交同一操作，不会重复记账",
    "The core bank did not answer; submit the same again later: it is never booked twice",
)
BANK_DECLINED = Problem(
    "bank_declined", 409, "核心系统拒绝：{reason}", "The core bank declined: {reason}"
)
ADDRESS_NEEDED = Problem("address_needed", 422, "邮寄须填写收件地址", "Mail needs an address")
IDENTITY_NEEDED = Problem(
    "identity_needed",
    422,
    "须登记领取人的证件号码",
    "The number of the receiver's paper is needed",
)
MACHINE_AWAY = Problem(
    "machine_away", 409, "设备不在线，请稍后再试", "The machine is not on line; try again later"
)
