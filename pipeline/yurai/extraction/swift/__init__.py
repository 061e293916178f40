"""trafilatura with equal bytes for less: the same functions, spared what they would do again or for nothing.

Nothing of its rules is written anew. Its own expressions and functions decide; what is spared is asking them about
equal elements one by one (`expressions`, `values`), an extractor whose result could not be taken (`readability`), and
copies that nobody reads and passes that change nothing (`steps`). It holds for the one release that it was checked
against (`release`): under any other, and outside of `install.page`, trafilatura runs as it was installed. See
docs/decisions/0024-swift-trafilatura.md.
"""
