"""List the crawlers that feed AI: the names that robots.txt, `<meta name=AGENT>` and X-Robots-Tag speak to.

One list, versioned, for all of them: what a page or host says to one of these names is said of use by AI, what it
says to others is said of search. Names are as their operators document them (product tokens of RFC 9309, which
compare without case). Left out are names that are also plain words (`Spider`, `Code`, `Operator`) or that fetch for
search and previews alone (Googlebot, Bingbot, Applebot, facebookexternalhit).
"""

from typing import Final

AI_AGENTS_VERSION: Final = "2026-11-27"
"""Day of the list; it changes with every change of a name."""

# Crawlers whose operators name the training of models, or sale of text for it, among their uses.
_TRAINING: Final = (
    "AI2Bot",
    "Ai2Bot-Dolma",
    "Amazonbot",
    "anthropic-ai",
    "Applebot-Extended",
    "bedrockbot",
    "Bytespider",
    "CCBot",
    "ChatGLM-Spider",
    "Claude-Web",
    "ClaudeBot",
    "CloudVertexBot",
    "cohere-ai",
    "cohere-training-data-crawler",
    "Cotoyogi",
    "Crawl4AI",
    "DeepSeekBot",
    "Diffbot",
    "FacebookBot",
    "FirecrawlAgent",
    "FriendlyCrawler",
    "Google-CloudVertexBot",
    "Google-Extended",
    "GoogleOther",
    "GoogleOther-Image",
    "GoogleOther-Video",
    "GPTBot",
    "GrokBot",
    "HuggingFace-Bot",
    "ICC-Crawler",
    "ImagesiftBot",
    "img2dataset",
    "ISSCyberRiskCrawler",
    "Kangaroo Bot",
    "laion-huggingface-processor",
    "LAIONDownloader",
    "LCC",
    "meta-externalagent",
    "MistralBot",
    "netEstate Imprint Crawler",
    "newsai",
    "omgili",
    "omgilibot",
    "PanguBot",
    "Panscient",
    "PetalBot",
    "SBIntuitionsBot",
    "Sidetrade indexer bot",
    "TikTokSpider",
    "Timpibot",
    "VelenPublicWebCrawler",
    "Webzio-Extended",
    "xAI-Bot",
    "YandexAdditional",
    "YandexAdditionalBot",
    "ZanistaBot",
)
# Fetchers of AI search, assistants and agents, which answer from what they read.
_ANSWERING: Final = (
    "Amzn-SearchBot",
    "Amzn-User",
    "Andibot",
    "AzureAI-SearchBot",
    "ChatGPT Agent",
    "ChatGPT-User",
    "Claude-Code",
    "Claude-SearchBot",
    "Claude-User",
    "Cloudflare-AutoRAG",
    "DuckAssistBot",
    "Gemini-Deep-Research",
    "Google-Agent",
    "Google-NotebookLM",
    "GoogleAgent-Mariner",
    "iAskBot",
    "iaskspider",
    "kagi-fetcher",
    "LinerBot",
    "LinkupBot",
    "Manus-User",
    "meta-externalfetcher",
    "meta-webindexer",
    "MistralAI-User",
    "NovaAct",
    "OAI-SearchBot",
    "Perplexity-User",
    "PerplexityBot",
    "PhindBot",
    "QuillBot",
    "TavilyBot",
    "YouBot",
)
AI_AGENTS: Final[tuple[str, ...]] = tuple(sorted({*_TRAINING, *_ANSWERING}, key=str.lower))
"""Names of AI agents, in the order of the alphabet without case."""
_LOWER: Final = frozenset(name.lower() for name in AI_AGENTS)


def is_ai_agent(name: str) -> bool:
    """Whether a product token, of any case and with or without `/version`, is on the list."""
    return name.strip().partition("/")[0].rstrip().lower() in _LOWER
