"""Make the reports of a run for one reader each: a lawyer, an auditor of data governance, an engineer.

    figures   what a report is made of: sections, figures with typed cells, the query of each
    queries   the SQL of each figure, by name, and the views that it reads
    tree      one finished tree, asked by these queries
    lawyer, auditor, engineer   which figures a reader gets, in which order
    tiers     what of a crawl's words leaves the house, by tier
    said      the words of a report, in English and by words.ja.json in Japanese
    as_html, as_md, as_json     one drawing each

A report is drawn from run.json, delivered Parquet files and the journal alone. It is in no digest.
"""
