SELECT source, iri, kind, unit FROM source WHERE list_contains($sources::INTEGER[], source)
