"""FOCUS, the FinOps Open Cost and Usage Specification: its columns by version, and what may stand in them.

From the specification's own column files at the tags v1.0, v1.1 and v1.2; what 1.3 and 1.4 add and drop is from their
release notes and drafts (docs/adr/adr-007-focus-mapping.md names the sources).
"""

from __future__ import annotations

from typing import NamedTuple

VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.4")

# Kinds of value
DECIMAL, TIME, CURRENCY, UNIT, TEXT, JSON, CHOICE = "decimal", "time", "currency", "unit", "text", "json", "choice"
# Feature levels
MANDATORY, RECOMMENDED, CONDITIONAL = "mandatory", "recommended", "conditional"


class Column(NamedTuple):
    """A column of the Cost and Usage dataset."""

    name: str
    kind: str
    level: str
    nulls: bool  # whether a cell may be empty
    since: str = "1.0"
    before: str | None = None  # the first version without it
    choices: tuple[str, ...] = ()
    written: bool = True  # whether an estimate has a column for it


NULL = True
SERVICE_CATEGORIES: dict[str, tuple[str, ...]] = {
    "AI and Machine Learning": (
        "AI Platforms",
        "Bots",
        "Generative AI",
        "Machine Learning",
        "Natural Language Processing",
        "Other (AI and Machine Learning)",
    ),
    "Analytics": (
        "Analytics Platforms",
        "Business Intelligence",
        "Data Processing",
        "Search",
        "Streaming Analytics",
        "Other (Analytics)",
    ),
    "Business Applications": (
        "Productivity and Collaboration",
        "Other (Business Applications)",
    ),
    "Compute": (
        "Containers",
        "End User Computing",
        "Quantum Compute",
        "Serverless Compute",
        "Virtual Machines",
        "Other (Compute)",
    ),
    "Databases": (
        "Caching",
        "Data Warehouses",
        "Ledger Databases",
        "NoSQL Databases",
        "Relational Databases",
        "Time Series Databases",
        "Other (Databases)",
    ),
    "Developer Tools": (
        "Developer Platforms",
        "Continuous Integration and Deployment",
        "Development Environments",
        "Source Code Management",
        "Quality Assurance",
        "Other (Developer Tools)",
    ),
    "Identity": (
        "Identity and Access Management",
        "Other (Identity)",
    ),
    "Integration": (
        "API Management",
        "Messaging",
        "Workflow Orchestration",
        "Other (Integration)",
    ),
    "Internet of Things": (
        "IoT Analytics",
        "IoT Platforms",
        "Other (Internet of Things)",
    ),
    "Management and Governance": (
        "Architecture",
        "Compliance",
        "Cost Management",
        "Data Governance",
        "Disaster Recovery",
        "Endpoint Management",
        "Observability",
        "Support",
        "Other (Management and Governance)",
    ),
    "Media": (
        "Content Creation",
        "Gaming",
        "Media Streaming",
        "Mixed Reality",
        "Other (Media)",
    ),
    "Migration": (
        "Data Migration",
        "Resource Migration",
        "Other (Migration)",
    ),
    "Mobile": ("Other (Mobile)",),
    "Multicloud": (
        "Multicloud Integration",
        "Other (Multicloud)",
    ),
    "Networking": (
        "Application Networking",
        "Content Delivery",
        "Network Connectivity",
        "Network Infrastructure",
        "Network Routing",
        "Network Security",
        "Other (Networking)",
    ),
    "Security": (
        "Secret Management",
        "Security Posture Management",
        "Threat Detection and Response",
        "Other (Security)",
    ),
    "Storage": (
        "Backup Storage",
        "Block Storage",
        "File Storage",
        "Object Storage",
        "Storage Platforms",
        "Other (Storage)",
    ),
    "Web": (
        "Application Platforms",
        "Other (Web)",
    ),
    "Other": ("Other (Other)",),
}  # each with its subcategories

COLUMNS = (
    Column("AllocatedMethodDetails", JSON, CONDITIONAL, NULL, "1.3", written=False),
    Column("AllocatedMethodId", TEXT, CONDITIONAL, NULL, "1.3", written=False),
    Column("AllocatedResourceId", TEXT, CONDITIONAL, NULL, "1.3", written=False),
    Column("AllocatedResourceName", TEXT, CONDITIONAL, NULL, "1.3", written=False),
    Column("AllocatedTags", JSON, CONDITIONAL, NULL, "1.3", written=False),
    Column("AvailabilityZone", TEXT, RECOMMENDED, NULL),
    Column("BilledCost", DECIMAL, MANDATORY, not NULL),
    Column("BillingAccountId", TEXT, MANDATORY, not NULL),
    Column("BillingAccountName", TEXT, MANDATORY, NULL),
    Column("BillingAccountType", TEXT, CONDITIONAL, not NULL, "1.2", written=False),
    Column("BillingCurrency", CURRENCY, MANDATORY, not NULL),
    Column("BillingPeriodEnd", TIME, MANDATORY, not NULL),
    Column("BillingPeriodStart", TIME, MANDATORY, not NULL),
    Column("CapacityReservationId", TEXT, CONDITIONAL, NULL, "1.1", written=False),
    Column(
        "CapacityReservationStatus", CHOICE, CONDITIONAL, NULL, "1.1", choices=("Unused", "Used"), written=False
    ),
    Column(
        "ChargeCategory", CHOICE, MANDATORY, not NULL, choices=("Adjustment", "Credit", "Purchase", "Tax", "Usage")
    ),
    Column("ChargeClass", CHOICE, MANDATORY, NULL, choices=("Correction",)),
    Column("ChargeDescription", TEXT, MANDATORY, NULL),
    Column("ChargeFrequency", CHOICE, RECOMMENDED, not NULL, choices=("One-Time", "Recurring", "Usage-Based")),
    Column("ChargePeriodEnd", TIME, MANDATORY, not NULL),
    Column("ChargePeriodStart", TIME, MANDATORY, not NULL),
    Column("CommitmentDiscountCategory", CHOICE, CONDITIONAL, NULL, choices=("Spend", "Usage")),
    Column("CommitmentDiscountId", TEXT, CONDITIONAL, NULL),
    Column("CommitmentDiscountName", TEXT, CONDITIONAL, NULL),
    Column("CommitmentDiscountQuantity", DECIMAL, CONDITIONAL, NULL, "1.1", written=False),
    Column("CommitmentDiscountStatus", CHOICE, CONDITIONAL, NULL, choices=("Unused", "Used")),
    Column("CommitmentDiscountType", TEXT, CONDITIONAL, NULL),
    Column("CommitmentDiscountUnit", UNIT, CONDITIONAL, NULL, "1.1", written=False),
    Column("CommitmentProgramEligibilityDetails", JSON, CONDITIONAL, NULL, "1.4", written=False),
    Column("ConsumedQuantity", DECIMAL, CONDITIONAL, NULL),
    Column("ConsumedUnit", UNIT, CONDITIONAL, NULL),
    Column("ContractApplied", JSON, CONDITIONAL, NULL, "1.3", written=False),
    Column("ContractedCost", DECIMAL, MANDATORY, not NULL),
    Column("ContractedUnitPrice", DECIMAL, CONDITIONAL, NULL),
    Column("EffectiveCost", DECIMAL, MANDATORY, not NULL),
    Column("HostProviderName", TEXT, MANDATORY, not NULL, "1.3"),
    Column("InvoiceId", TEXT, RECOMMENDED, NULL, "1.2"),
    Column("InvoiceIssuerName", TEXT, MANDATORY, not NULL),
    Column("ListCost", DECIMAL, MANDATORY, not NULL),
    Column("ListUnitPrice", DECIMAL, CONDITIONAL, NULL),
    Column("PricingCategory", CHOICE, CONDITIONAL, NULL, choices=("Committed", "Dynamic", "Other", "Standard")),
    Column("PricingCurrency", CURRENCY, CONDITIONAL, not NULL, "1.2"),
    Column("PricingCurrencyContractedUnitPrice", DECIMAL, CONDITIONAL, NULL, "1.2"),
    Column("PricingCurrencyEffectiveCost", DECIMAL, CONDITIONAL, NULL, "1.2"),
    Column("PricingCurrencyListUnitPrice", DECIMAL, CONDITIONAL, NULL, "1.2"),
    Column("PricingQuantity", DECIMAL, MANDATORY, NULL),
    Column("PricingUnit", UNIT, MANDATORY, NULL),
    Column("ProviderName", TEXT, MANDATORY, not NULL, before="1.4"),
    Column("PublisherName", TEXT, MANDATORY, not NULL, before="1.4"),
    Column("RegionId", TEXT, CONDITIONAL, NULL),
    Column("RegionName", TEXT, CONDITIONAL, NULL),
    Column("ResourceId", TEXT, CONDITIONAL, NULL),
    Column("ResourceName", TEXT, CONDITIONAL, NULL),
    Column("ResourceType", TEXT, CONDITIONAL, NULL),
    Column("ServiceCategory", CHOICE, MANDATORY, not NULL, choices=tuple(SERVICE_CATEGORIES)),
    Column("ServiceName", TEXT, MANDATORY, not NULL),
    Column("ServiceProviderName", TEXT, MANDATORY, not NULL, "1.3"),
    Column(
        "ServiceSubcategory", CHOICE, RECOMMENDED, not NULL, "1.1",
        choices=tuple(each for below in SERVICE_CATEGORIES.values() for each in below),
    ),
    Column("SkuId", TEXT, CONDITIONAL, NULL),
    Column("SkuMeter", TEXT, CONDITIONAL, NULL, "1.1"),
    Column("SkuPriceDetails", JSON, CONDITIONAL, NULL, "1.1"),
    Column("SkuPriceId", TEXT, CONDITIONAL, NULL),
    Column("SubAccountId", TEXT, CONDITIONAL, NULL),
    Column("SubAccountName", TEXT, CONDITIONAL, NULL),
    Column("SubAccountType", TEXT, CONDITIONAL, NULL, "1.2", written=False),
    Column("Tags", JSON, CONDITIONAL, NULL),
)  # fmt: skip

# Of ours, behind all others. The specification wants their names to begin with "x_".
CUSTOM = (
    Column("x_CacheHitRatio", DECIMAL, CONDITIONAL, NULL),  # as assumed; empty outside of the cached scenario
    Column("x_ContentHash", TEXT, CONDITIONAL, NULL),  # the first 12 digits of the file's git object id
    Column("x_Grade", TEXT, CONDITIONAL, NULL),  # of the token counts: exact, calibrated or heuristic
    Column("x_ModelId", TEXT, CONDITIONAL, NULL),
    Column("x_PriceDbVersion", TEXT, CONDITIONAL, NULL),
    Column("x_PromptId", TEXT, CONDITIONAL, NULL),
    Column("x_RequestCount", DECIMAL, CONDITIONAL, NULL),  # calls of the prompt in the charge period
    Column("x_Scenario", TEXT, CONDITIONAL, NULL),
    Column("x_SkuMeter", TEXT, CONDITIONAL, NULL, before="1.1"),  # SkuMeter, where there is none yet
    Column("x_TokenCountInput", DECIMAL, CONDITIONAL, NULL),  # of one call, cached tokens included
    Column("x_TokenCountOutput", DECIMAL, CONDITIONAL, NULL),  # of one call
)


class Meter(NamedTuple):
    """What is counted and has a price of its own: one row for each that a prompt uses."""

    name: str  # within ids
    sku_meter: str
    label: str  # within descriptions
    direction: str | None  # x_TokenDirection
    cache_action: str | None  # x_TokenCacheAction
    unit: str = "Tokens"
    size: int = 1_000_000  # units that the price is of

    def pricing_unit(self) -> str:
        return self.unit if self.size == 1 else f"{self.size} {self.unit}"


INPUT = Meter("input", "Input Tokens", "input tokens", "Input", "Uncached")
CACHE_READ = Meter("cache-read", "Cache Read Input Tokens", "cached input tokens", "Input", "Read")
CACHE_WRITE = Meter("cache-write", "Cache Write Input Tokens", "cache write tokens", "Input", "Write")
OUTPUT = Meter("output", "Output Tokens", "output tokens", "Output", None)
REQUEST = Meter("request", "Requests", "requests", None, None, "Requests", 1)
TRAINING = Meter("training", "Training Tokens", "training tokens", None, None)
METERS = (INPUT, CACHE_READ, CACHE_WRITE, OUTPUT, REQUEST, TRAINING)

# --- what a file has to keep besides each column's own constraints ------------------------------------------------

# One is empty exactly where the other is.
EMPTY_TOGETHER = (
    ("ConsumedUnit", "ConsumedQuantity"), ("PricingUnit", "PricingQuantity"), ("RegionName", "RegionId"),
    ("ResourceType", "ResourceId"), ("SubAccountName", "SubAccountId"),
)  # fmt: skip
# The first is empty where the second is.
EMPTY_WITHOUT = (
    ("CapacityReservationStatus", "CapacityReservationId"), ("CommitmentDiscountCategory", "CommitmentDiscountId"),
    ("CommitmentDiscountName", "CommitmentDiscountId"), ("CommitmentDiscountQuantity", "CommitmentDiscountId"),
    ("CommitmentDiscountStatus", "CommitmentDiscountId"), ("CommitmentDiscountType", "CommitmentDiscountId"),
    ("ResourceName", "ResourceId"), ("SkuMeter", "SkuId"), ("SkuPriceDetails", "SkuPriceId"),
)  # fmt: skip
# Never empty on Usage and Purchase unless it is a correction, always empty on Tax.
PRICED = (
    "ContractedUnitPrice", "ListUnitPrice", "PricingCategory", "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyListUnitPrice", "PricingQuantity", "SkuId", "SkuPriceId",
)  # fmt: skip
# Cost = price x PricingQuantity, unless it is a correction.
PRODUCTS = (
    ("ContractedCost", "ContractedUnitPrice"), ("ListCost", "ListUnitPrice"),
)  # fmt: skip
NOT_NEGATIVE = (
    "ContractedUnitPrice", "ListUnitPrice", "PricingCurrencyContractedUnitPrice", "PricingCurrencyListUnitPrice",
)  # fmt: skip
SPANS = (("BillingPeriodStart", "BillingPeriodEnd"), ("ChargePeriodStart", "ChargePeriodEnd"))
# The first has one and only one of the second.
PARENTS = (("ServiceName", "ServiceCategory"), ("SkuPriceId", "SkuId"))
SKU_PRICE_KEYS = (
    "CoreCount DiskMaxIops DiskSpace DiskType GpuCount InstanceSeries InstanceType MemorySize NetworkMaxIops "
    "NetworkMaxThroughput OperatingSystem Redundancy StorageClass"
)  # in SkuPriceDetails; all others begin with "x_"
PLACEHOLDERS = frozenset(("n/a", "nan", "none", "not applicable", "null", "undefined"))

# Names that never were or no longer are columns, and what to write.
FORMER = {
    "InvoiceIssuer": "InvoiceIssuerName", "Provider": "ProviderName", "Publisher": "PublisherName",
    "Region": "RegionId", "ResourceID": "ResourceId", "UsageQuantity": "ConsumedQuantity", "UsageUnit": "ConsumedUnit",
    "ChargeType": "ChargeCategory", "ChargeSubcategory": "ChargeClass", "AmortizedCost": "EffectiveCost",
}  # fmt: skip

# ISO 4217
CURRENCIES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE "
    "CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ "
    "GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL "
    "LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR "
    "PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY "
    "TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
