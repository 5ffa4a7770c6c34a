package dev.hashlb.core.snapshot;

/**
 * A port of a balancer.
 *
 * @param name the port's name, or empty
 * @param protocol TCP or UDP
 * @param port the VIP's port, 1 to 65535
 * @param targetPort the server's port, 1 to 65535; one-to-one with {@code port} for a VIP and protocol
 * @param delivery how packets enter the server's namespace
 */
public record ServicePort(String name, Protocol protocol, int port, int targetPort, Delivery delivery) {}
