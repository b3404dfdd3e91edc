"""The portal's pages, one group a file; each asks one owner and shows what it says."""
