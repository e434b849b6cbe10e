"""Official CSV files of the RS system (行政事業レビュー見える化サイト), the sheets' successor."""
