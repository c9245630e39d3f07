"""Names that nobody bears on purpose: drawn from lists by a seeded generator."""

from __future__ import annotations

from random import Random

from stdnum.cn import ric, uscc

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈吕苏卢蒋蔡贾丁魏薛叶阎余潘"
    "杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = (
    "云川林溪谷松柏梅兰竹菊荷桐枫楠榕桂杉樱橙晨曦朝晖暮远山岩岚峰岭石玉珂琳瑜珏书墨砚笔笺章文博学思明知行"
    "言信诚恒毅宁安平和顺康乐怡欣悦星宇宙辰月阳清泉江河湖海潮波澜涛洋雨雪霜露虹霓航舟帆远达通途启新立本源"
    "初心禾稻麦"
)
TOPICS = [
    "档案整理",
    "园圃养护",
    "道路照明",
    "水系巡护",
    "古籍修复",
    "气象服务",
    "地名管理",
    "公共自行车",
    "城市绿廊",
    "图书流通",
    "标准计量",
    "种子检验",
    "林木保育",
    "河道疏浚",
    "公墓管理",
    "博物展陈",
    "地震监测",
    "桥梁检测",
    "应急物资",
    "粮食储备",
    "老年教育",
    "少年宫",
    "群众文化",
    "体育场馆",
    "社区矫治服务",
    "法律援助",
    "票据管理",
    "会计核算",
    "统计调查",
    "数据资源",
    "公共资源",
    "市容环卫",
    "节水服务",
    "湿地保护",
    "测绘地理",
    "不动产登记",
    "人才交流",
    "劳动监察",
    "社保服务",
    "医疗保障",
    "疾控服务",
    "血液管理",
    "卫生监督",
    "食品检验",
    "药品检验",
    "农机推广",
    "畜牧技术",
    "水产技术",
    "蔬菜办公",
    "供销服务",
]
SUFFIXES = ("中心", "局", "处", "站")
SECTIONS = [
    "综合科",
    "人事科",
    "财务科",
    "业务一科",
    "业务二科",
    "业务三科",
    "法规科",
    "规划科",
    "信息科",
    "后勤科",
    "宣教科",
    "审核科",
    "监测科",
    "服务大厅",
    "技术科",
    "设备科",
    "督导科",
    "研究室",
    "离退休",
    "培训科",
    "档案室",
    "工程科",
    "质检科",
    "统计科",
    "安全科",
]
#: A city-level code: ID numbers are issued under district codes only, so no made-up number can be somebody's.
AREA_CODE = "520100"


def person_name(random: Random) -> str:
    given = random.choice(GIVEN) + (random.choice(GIVEN) if random.random() < 0.8 else "")
    return random.choice(SURNAMES) + given


def unit_names(count: int) -> list[str]:
    """``count`` different names, at most four per topic."""
    names = [f"市{topic}{suffix}" for suffix in SUFFIXES for topic in TOPICS]
    if count > len(names):
        raise ValueError(f"at most {len(names)} units")
    return names[:count]


def section_names(count: int) -> list[str]:
    full = len(SECTIONS)
    return [
        SECTIONS[number % full] + (f"第{'一二三四五六七八九十'[number // full - 1]}" if number >= full else "")
        for number in range(count)
    ]


def id_number(birth: str, serial: int) -> str:
    """A number with a right check digit; ``birth`` is YYYYMMDD, ``serial`` 0 to 999."""
    body = f"{AREA_CODE}{birth}{serial:03d}"
    return body + str(ric.calc_check_digit(body + "0"))


def credit_code(number: int) -> str:
    """A unified social credit code of an organ (11) with right check digits (GB 32100, GB 11714)."""
    body = f"{number:08d}"
    remainder = (
        11 - sum(int(digit) * weight for digit, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    )
    check = {10: "X", 11: "0"}.get(remainder, str(remainder))
    code = f"11{AREA_CODE}{body}{check}"
    return code + str(uscc.calc_check_digit(code))
