"""Numbers in Chinese: thousands apart, as in the report."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
