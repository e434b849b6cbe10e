"""Budget and settlement items (事項) of the Ministry of Finance, beside the programmes' sheets."""
