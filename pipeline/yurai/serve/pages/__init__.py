"""Write each page as HTML: by `yurai.report.markup`, which escapes whatever is not markup."""
