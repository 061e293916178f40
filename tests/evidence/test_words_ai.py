"""Sentences against use by AI and text and data mining: which reserve the page, and which only speak of the matter."""

from __future__ import annotations

import pytest

from yurai.evidence.ai_sentences import reservation

AI = (
    "The content on this site may not be used to train AI models.",
    "No part of this publication may be used for training artificial intelligence technologies or systems.",
    "You may not use our articles to train machine learning systems without written permission.",
    "Use of this website for the development of any software, including training an AI system, is strictly prohibited.",
    "Do not use this text for training large language models.",
    "Do not scrape this site for AI training.",
    "No AI training.",
    "Not for AI training",
    "I do not consent to my writing being used to train generative AI.",
    "Scraping this site to train LLMs is prohibited.",
    "Any use of the contents of this blog for machine learning is forbidden.",
    "These drawings may not be fed into generative AI.",
    "We do not permit the use of our texts for AI training.",
    "This blog opts out of AI training.",
    "Reproduction of this material for the purpose of training AI is not permitted.",
    "© Tern Press. Not for use in training AI models",
    "AI companies may not use the contents of this blog to train their models.",
    "The author expressly prohibits any entity from using this book to train artificial intelligence to generate text.",
    "No permission is given for the use of these stories in training AI.",
    "Our content must not be scraped, crawled or otherwise used for AI training.",
    "No reposts, no AI training, no prints.",
    "Do not repost / No AI training",
    "By using this site you agree not to use its content for training AI.",
    "This material may not be published, rewritten, redistributed or used to train AI systems.",
    "© 2025 A. Tern. Unauthorized use, including AI training, is prohibited.",
    "AI学習への利用を禁じます。",
    "当店の商品写真をAI学習に利用することは固くお断りします。",
    "無断転載・無断使用・AI学習・自作発言禁止",
    "当サイトのコンテンツをAIの学習に利用することを禁止します。",
    "生成AIの学習データとしての使用はお断りします。",
    "本サイトの記事・画像の無断転載、AI学習への使用を固く禁じます。",
    "当ブログの文章を機械学習に利用することはご遠慮ください。",
    "無断転載・AI学習禁止",
    "※AI学習禁止",
    "機械学習への利用禁止",
    "掲載内容の生成AIへの入力はおやめください。",
    "本作品をAIに学習させないでください。",
    "私の作品を生成AIの学習に使わないでください。",
    "イラストの無断使用、AI学習は禁止です。",
    "当社の許諾なく本サイトの情報を生成AIの開発に使用することはできません。",
    "AIによる学習・スクレイピングを禁止します。",
    "当社は、本サイトの情報を生成AIの学習等に利用することを認めておりません。",
    "本コンテンツは生成AIの開発目的での利用はできません。",
    "Unsere Inhalte dürfen nicht für das Training von KI verwendet werden.",
    "Queda prohibido el uso de nuestros contenidos para entrenar sistemas de inteligencia artificial.",
    "È vietato l'uso dei nostri contenuti per addestrare sistemi di intelligenza artificiale.",
    "禁止将本站内容用于训练AI模型。",
)
MINING = (
    "No text and data mining.",
    "Text and data mining of this website is prohibited.",
    "We have opted out of text and data mining.",
    "We reserve our rights under Article 4 of Directive (EU) 2019/790.",
    "The publisher expressly reserves this work from text and data mining under Article 4(3) of Directive 2019/790.",
    "Any text and data mining within the meaning of Art. 4 DSM Directive 2019/790 is hereby expressly reserved.",
    "Die Nutzung unserer Inhalte für Text und Data Mining im Sinne von § 44b UrhG bleibt vorbehalten.",
    "Text- und Data-Mining im Sinne von § 44b UrhG ist nicht gestattet.",
    "Nous nous opposons à la fouille de textes et de données de nos contenus.",
    "本コンテンツのテキスト・データマイニングは認めておりません。",
)
NONE = (
    # reports of others
    "The Herald said its content may not be used to train AI models.",
    "Harbour News has updated its terms so that its content cannot be used to train AI.",
    "Publishers argue that no part of their works may be used for training artificial intelligence.",
    "According to the terms, users may not train AI on the content.",
    "The court ruled that the use of our books to train AI is not permitted.",
    "The bill would prohibit training AI on copyrighted works.",
    "Sites such as this one prohibit the use of their content to train AI.",
    "AI学習を禁止する法案が提出された。",
    "同社はAI学習への利用を禁止すると発表した。",
    "新聞協会は生成AIによる記事の無断利用を禁じるよう求めた。",
    "小説投稿サイトでは、AIの学習への利用が禁止されているという。",
    "X社は利用規約でAI学習を禁止しています。",
    "米新聞社は記事のAI学習への無断利用を禁止するよう求めて提訴した。",
    "Das Gericht entschied, dass die Nutzung für KI-Training nicht erlaubt ist.",
    # questions, advice, titles
    "Should websites prohibit AI training?",
    "If you publish online, you may want to say that AI training is prohibited.",
    "How to stop AI from training on your content",
    "Why publishers prohibit AI training",
    "AI学習を禁止すべきでしょうか。",
    "AI学習禁止の是非を考える",
    # permissions, and the law
    "There are no restrictions on using our content for AI training.",
    "Article 4 of Directive (EU) 2019/790 allows text and data mining unless rights are reserved.",
    "日本では著作権法によりAI学習への利用は禁止されていません。",
    # what this site does with AI and with the data of its users
    "We do not use your data to train AI models.",
    "Your content is not used to train our machine learning models.",
    "We do not train AI on customer data.",
    "お客様のデータをAIの学習に利用することはありません。",
    "本研究では機械学習を使用していません。",
    "本記事は生成AIを使用して作成した文章を含みません。",
    # the use of AI, not the use for AI
    "Authors may not use generative AI tools to create images in this journal.",
    "We do not allow content generated by AI on this site.",
    "Do not use generative AI to write posts on this forum.",
    "In our class you may not use AI tools for homework.",
    "当サイトでは生成AIを利用した投稿は禁止です。",
    "本コンテストでは生成AIの使用を禁止します。",
    "当社では機密情報を生成AIに入力することを禁止しています。",
    "AIチャットボットへの不適切な入力を禁止します。",
    # machine learning itself
    "We provide training in AI; cancellations are not permitted.",
    "We do not offer training for AI.",
    "This AI model may not be used for medical purposes.",
    "AI学習塾の無断転載を禁じます。",
    "Machine learning models cannot be trained on small data.",
    "You cannot train a large language model on a laptop.",
    "Do not use too much data when training machine learning models.",
    "No machine learning experience is required.",
    "No data mining skills required!",
    "Text and data mining is a growing field.",
    "機械学習では過学習に注意しないとうまくいきません。",
    "学習モデルの開発には大量のデータが必要です。",
    # other reservations
    "All rights reserved.",
    "You may not copy this page.",
    "無断転載を禁じます。",
)


@pytest.mark.parametrize("sentence", AI)
def test_sentences_against_ai(sentence: str) -> None:
    assert (reservation(sentence) or "").split(",")[0] == "ai-use=prohibited"


@pytest.mark.parametrize("sentence", MINING)
def test_sentences_against_mining(sentence: str) -> None:
    assert reservation(sentence) == "tdm=reserved"


def test_a_sentence_against_both() -> None:
    sentence = (
        "All rights are reserved, including those for text and data mining, AI training, and similar technologies."
    )
    assert reservation(sentence) == "ai-use=prohibited,tdm=reserved"


@pytest.mark.parametrize("sentence", NONE)
def test_sentences_that_reserve_nothing(sentence: str) -> None:
    assert reservation(sentence) is None
