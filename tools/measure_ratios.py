"""Measure public vocabularies against o200k_base on texts of this repository, by class of text.

    python -m tools.measure_ratios

Needs splintr-rs 0.22.0, in an environment of its own. What it prints are the figures "own-2026-11-26" of
tools/calibration_figures.py: the whole of each class, and the least and the most of its texts. Texts of this repository
move, so do the figures, by a percent or two.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
NAMES = (
    *("llama2", "llama3", "deepseek_v3", "qwen3", "mistral_v1", "mistral_v3", "gemma2", "gemma3", "kimi_k2", "glm4"),
    *("cl100k_base", "phi4", "olmo2"),
)
CJK = (
    "退货须在收到商品后三十天内提出申请。请保持商品完好，并附上购买凭证。如果商品有质量问题，我们会承担运费，并在五个工作日内退款。"
    "客服人员请先确认订单号码，再询问客户希望换货还是退款。不要向客户承诺具体的到货日期。",
    "返品は商品到着後三十日以内にご連絡ください。未使用の状態で、購入時の領収書を添えてお送りください。商品に不良があった場合は、"
    "送料は当社が負担し、五営業日以内に返金いたします。担当者はまず注文番号を確認してください。",
    "상품을 받은 날부터 삼십 일 안에 반품을 신청할 수 있습니다. 사용하지 않은 상태로 영수증과 함께 보내 주십시오. "
    "상품에 문제가 있으면 배송비는 저희가 부담하고, 영업일 기준 닷새 안에 환불해 드립니다.",
)
OTHER = (
    "Возврат товара возможен в течение тридцати дней после получения. Сохраните чек и упаковку. Если товар оказался с "
    "дефектом, мы оплатим доставку и вернём деньги в течение пяти рабочих дней. "
    "Сначала уточните номер заказа у покупателя.",
    "يمكن إرجاع المنتج خلال ثلاثين يوما من تاريخ الاستلام. يرجى الاحتفاظ بالفاتورة والتغليف. إذا كان المنتج معيبا فسوف "
    "نتحمل تكاليف الشحن ونعيد المبلغ خلال خمسة أيام عمل.",
    "सामान मिलने के तीस दिनों के भीतर वापस किया जा सकता है। कृपया रसीद और पैकेजिंग संभाल कर रखें। अगर सामान में खराबी है तो डाक का "
    "खर्च हम देंगे और पाँच कार्य दिवसों में पैसे लौटा देंगे।",
    "Η επιστροφή γίνεται μέσα σε τριάντα ημέρες από την παραλαβή. Κρατήστε την απόδειξη και τη συσκευασία. Αν το "
    "προϊόν έχει ελάττωμα, πληρώνουμε τα μεταφορικά.",
    "สามารถคืนสินค้าได้ภายในสามสิบวันหลังจากได้รับสินค้า กรุณาเก็บใบเสร็จและบรรจุภัณฑ์ไว้ หากสินค้ามีตำหนิ เราจะรับผิดชอบค่าขนส่ง",
)


def texts() -> dict[str, list[str]]:
    def read(*patterns: str) -> list[str]:
        found = [path.read_text(encoding="utf-8")[:60_000] for each in patterns for path in sorted(ROOT.glob(each))]
        return [text for text in found if text]

    return {
        "prose": read("docs/[a-h]*.md", "docs/tokens.md"),
        "code": read("llmcost_hooks/prompts/*.py", "tests/git/*.py"),
        "structured": read("llmcost_hooks/data/*.schema.json"),
        "cjk": list(CJK),
        "other": list(OTHER),
    }


def main() -> int:
    import splintr  # type: ignore[import-not-found]

    def load(name: str) -> Any:
        return splintr.Tokenizer.from_pretrained(name)

    base, others = load("o200k_base"), {name: load(name) for name in NAMES}
    for kind, samples in texts().items():
        counted = [len(base.encode_ordinary(text)) for text in samples]
        print(f"{kind}: {sum(counted):,} tokens of o200k_base")
        for name, tokenizer in others.items():
            own = [len(tokenizer.encode_ordinary(text)) for text in samples]
            each = [mine / theirs for mine, theirs in zip(own, counted, strict=True)]
            print(f"  {name:12} {min(each):.2f}/{sum(own) / sum(counted):.2f}/{max(each):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
