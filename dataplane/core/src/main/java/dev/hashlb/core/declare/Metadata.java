package dev.hashlb.core.declare;

import org.jspecify.annotations.Nullable;

/**
 * What a document is called. For {@link StaticServers} it is the balancer's name.
 *
 * @param name a DNS-1123 subdomain
 * @param namespace a DNS-1123 label; {@value Defaults#NAMESPACE} if left out
 */
public record Metadata(@Nullable String name, @Nullable String namespace) {}
