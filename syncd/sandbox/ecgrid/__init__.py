"""ECGrid REST v2, played from the vendor's Getting Started and public reference pages alone."""
