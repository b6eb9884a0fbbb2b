"""Which name of a library is which model, region and channel of the price file. Pure."""

from __future__ import annotations

import re

# litellm_provider -> channel; `vertex_ai-...` are all vertex_ai
_LITELLM = {
    "openai": "openai",
    "text-completion-openai": "openai",
    "anthropic": "anthropic",
    "gemini": "google",
    "mistral": "mistral",
    "cohere": "cohere",
    "cohere_chat": "cohere",
    "deepseek": "deepseek",
    "xai": "xai",
    "azure": "azure",
    "azure_text": "azure",
    "azure_ai": "azure",
    "bedrock": "bedrock",
    "bedrock_converse": "bedrock",
    "bedrock_mantle": "bedrock",
    "meta": "meta",
    "meta_llama": "meta",
    "groq": "groq",
    "together_ai": "together_ai",
    "fireworks_ai": "fireworks_ai",
    "fireworks_ai-embedding-models": "fireworks_ai",
    "cerebras": "cerebras",
    "sambanova": "sambanova",
    "deepinfra": "deepinfra",
    "novita": "novita",
    "nebius": "nebius",
    "hyperbolic": "hyperbolic",
    "lambda_ai": "lambda_ai",
    "nscale": "nscale",
}
_OWN_PREFIX = {"openai": "openai/", "google": "gemini/"}  # other own APIs are spelled as their channel
PROFILES = ("global", "us-gov", "us", "eu", "apac", "au", "jp", "in", "ca")  # prefixes of Bedrock's inference profiles
_AWS_REGION = re.compile(r"[a-z]{2}(?:-gov)?-[a-z]+-\d")
_AZURE_REGIONS = {"eu": "eu", "us": "us", "apac": "apac", "us-gov": "us-gov", "global": "global"}
FIREWORKS = "accounts/fireworks/models/"


def litellm_name(key: str, provider: str) -> tuple[str, str, str | None] | None:
    """(channel, id, region) of a key of litellm's map; None where it is on no channel of ours, id "" for no model."""
    channel = "vertex_ai" if provider.startswith("vertex_ai") else _LITELLM.get(provider)
    if channel is None:
        return None
    if channel == "azure":
        return _azure(key)
    if channel == "bedrock":
        return _bedrock(key)
    prefix = _OWN_PREFIX.get(channel, f"{channel}/")
    name = key.removeprefix(prefix).removeprefix("meta_llama/")
    if channel in ("openai", "anthropic", "google", "mistral", "cohere", "deepseek", "xai"):
        return channel, name, None
    if channel in ("together_ai", "fireworks_ai") and not key.startswith(prefix):
        return channel, "", None  # "together-ai-4.1b-8b"
    return channel, f"{channel}/{name.removeprefix(FIREWORKS)}", None


def _azure(key: str) -> tuple[str, str, str | None]:
    service, _, name = key.partition("/")
    region, slash, rest = name.partition("/")
    region = region.removesuffix("-standard")  # "global-standard" is "global" by another name
    if slash and region in _AZURE_REGIONS:
        return "azure", f"{service}/{rest}", _AZURE_REGIONS[region]
    return "azure", f"{service}/{name}", None


def _bedrock(key: str) -> tuple[str, str, str | None]:
    service, slash, name = key.partition("/")
    service, name = (service, name) if slash else ("bedrock", key)
    region, slash, rest = name.partition("/")
    if "commitment" in name:
        return "bedrock", "", None
    if slash and _AWS_REGION.fullmatch(region):
        return "bedrock", f"{service}/{rest}", region
    name = name.removeprefix("invoke/")
    profile, model = bedrock_profile(name)
    return "bedrock", f"{service}/{model}", profile


def bedrock_profile(name: str) -> tuple[str | None, str]:
    """The inference profile before a Bedrock model id, and the id without it."""
    profile, dot, model = name.partition(".")
    return (profile, model) if dot and profile in PROFILES and "." in model else (None, name)


def bedrock_stem(model: str) -> str:
    """A Bedrock id without ":0" and "-v1", which both libraries may leave out; "-v2" is another model."""
    return re.sub(r"(-v1)?(:\d+)?$", "", model)


def undated(stem: str) -> str:
    return re.sub(r"-\d{8}$", "", stem)


# --- who made it -------------------------------------------------------------------------------------------------

# vendor's part of a name ("meta-llama/", "anthropic.") -> developer
_VENDORS = {
    "openai": "OpenAI", "anthropic": "Anthropic", "google": "Google", "mistral": "Mistral", "mistralai": "Mistral",
    "cohere": "Cohere", "cohereforai": "Cohere", "deepseek": "DeepSeek", "deepseek-ai": "DeepSeek", "x-ai": "xAI",
    "xai": "xAI", "xai-org": "xAI", "meta": "Meta", "meta-llama": "Meta", "meta-models": "Meta", "amazon": "Amazon",
    "ai21": "AI21 Labs", "qwen": "Alibaba", "alibaba": "Alibaba", "moonshotai": "Moonshot AI",
    "moonshot": "Moonshot AI",
    "z-ai": "Z.AI", "zai": "Z.AI", "zai-org": "Z.AI", "thudm": "Z.AI", "microsoft": "Microsoft", "nvidia": "NVIDIA",
    "minimax": "MiniMax", "minimaxai": "MiniMax", "writer": "Writer", "perplexity": "Perplexity", "baidu": "Baidu",
    "tencent": "Tencent", "bytedance": "ByteDance", "bytedance-seed": "ByteDance", "ibm-granite": "IBM",
    "inception": "Inception", "liquid": "Liquid AI", "nousresearch": "Nous Research", "arcee-ai": "Arcee AI",
    "allenai": "Ai2", "stepfun": "StepFun", "stepfun-ai": "StepFun", "xiaomi": "Xiaomi", "xiaomimimo": "Xiaomi",
    "twelvelabs": "TwelveLabs",
    "thinkingmachines": "Thinking Machines", "inflection": "Inflection AI", "upstage": "Upstage",
}  # fmt: skip
# how a name without a vendor begins -> developer
_FAMILIES = (
    (r"(gpt-|o\d|chatgpt-|chat-latest|text-embedding-(3|ada)|(text-)?(davinci|curie)|babbage|ada\b|codex-)", "OpenAI"),
    (r"claude-", "Anthropic"),
    (r"gemini-|gemma|text-embedding-|text-multilingual-|text-unicorn|deep-research-", "Google"),
    (r"(zai-)?glm-", "Z.AI"),
    (r"jamba-", "AI21 Labs"),
    (r"(meta-)?llama-?v?\d(?!.*(groq|nemotron|hermes|tulu|dolphin))|llama-guard|codellama|muse-", "Meta"),
    (r"(open-|labs-)?(mistral|mixtral|ministral|codestral|devstral|magistral|pixtral|voxtral)", "Mistral"),
    (r"command-|cohere-|c4ai-", "Cohere"),
    (r"deepseek-", "DeepSeek"),
    (r"grok-", "xAI"),
    (r"qwen|qwq-", "Alibaba"),
    (r"kimi-", "Moonshot AI"),
    (r"phi-|mai-", "Microsoft"),
    (r"minimax-", "MiniMax"),
)
_OWNER = {
    "openai": "OpenAI", "anthropic": "Anthropic", "google": "Google", "cohere": "Cohere", "deepseek": "DeepSeek",
    "xai": "xAI", "meta": "Meta",
}  # fmt: skip  # channels that sell nothing but their own models


def developer(channel: str, name: str) -> str | None:
    """Who made the model of this id, None where its name does not say so."""
    if channel in _OWNER:
        return _OWNER[channel]
    rest = (name.partition("/")[2] if "/" in name else name).removeprefix("claude_platform/")
    vendor, mark, _ = rest.partition("." if channel == "bedrock" else "/")
    if mark and vendor.lower() in _VENDORS:
        return _VENDORS[vendor.lower()]
    if mark and channel not in ("azure", "bedrock"):
        return None  # a vendor that nobody here knows
    plain = rest.lower().removeprefix("fw-")
    return next((made_by for begin, made_by in _FAMILIES if re.match(begin, plain)), None)


# Channels that file another model under a name which the developer's own API has too.
_FILED_AS = {"azure/ada": "text-embedding-ada-002"}


def own_name(channel: str, name: str) -> str:
    """The id as the developer's own API would spell it: without channel, vendor, version and release of a host."""
    if name in _FILED_AS:
        return _FILED_AS[name]
    rest = name.partition("/")[2] if "/" in name else name
    if channel == "bedrock":
        rest = rest.removeprefix("claude_platform/").partition(".")[2] or rest.removeprefix("claude_platform/")
        rest = re.sub(r"(-v\d+)?(:\d+)?$", "", rest)
    if channel == "vertex_ai":
        rest = rest.replace("@default", "").replace("@", "-")
    return rest.rpartition("/")[2].removeprefix("ft:").partition(":")[0].lower()
