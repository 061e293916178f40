"""The stages, one a file, in the order of the flow: read, extract, language, measure, filter, dedup, tokenize."""

import yurai.stages.dedup
import yurai.stages.extract
import yurai.stages.filter
import yurai.stages.language
import yurai.stages.line_dedup
import yurai.stages.measure
import yurai.stages.near_dedup
import yurai.stages.read
import yurai.stages.redact
import yurai.stages.tokenize  # noqa: F401 - importing declares the stages
