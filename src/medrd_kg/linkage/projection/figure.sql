-- Amounts. `amount` is exact yen; only where `additive` may it be summed, and within a total.
SELECT
    item.item,
    item.kind,
    item.fiscal_year,
    min(split_part(stage, '#stage-', 2)) AS stage,
    min(split_part(level, '#level-', 2)) AS level,
    min(split_part(flow_kind, '#flow-kind-', 2)) AS flow_kind,
    coalesce(min(additive), min(not_additive))::BIGINT AS amount,
    min(additive) IS NOT NULL AS additive,
    bool_or(superseded) AS superseded,
    min(payer.concept) AS payer,
    min(payee.concept) AS payee,
    min(programme.item) AS programme,
    min(locator) AS locator,
    min(remainder)::BIGINT AS remainder,
    min(block) AS block,
    min(rank)::INTEGER AS rank,
    min(printed) AS printed
FROM figures
JOIN item USING (iri)
LEFT JOIN concept AS payer ON payer.iri = figures.payer
LEFT JOIN concept AS payee ON payee.iri = figures.payee
LEFT JOIN item AS programme ON programme.iri = figures.programme
GROUP BY item.item, item.kind, item.fiscal_year
ORDER BY item.item
