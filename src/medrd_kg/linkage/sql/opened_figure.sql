-- Figures without their texts, programme by programme, so that those of one are found at once.
CREATE TABLE programme_figure AS
SELECT
    item,
    kind::figure_kind AS kind,
    fiscal_year,
    stage::figure_stage AS stage,
    level::figure_level AS level,
    amount,
    additive,
    superseded,
    payer,
    payee,
    programme,
    block::figure_block AS block
FROM figure
ORDER BY programme, item
