package dev.hashlb.e2e.oracle;

/** A server that takes new flows. */
public record OracleServer(String name, String identity, int weight) {}
