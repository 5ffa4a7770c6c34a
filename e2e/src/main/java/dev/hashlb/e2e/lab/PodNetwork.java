package dev.hashlb.e2e.lab;

/** How a node's pods are attached: two ways that CNIs do it, which differ in what reverse-path filtering makes of them. */
public enum PodNetwork {
    /** The node's end of the veth has an address, the pods' gateway (ptp, kindnet). */
    GATEWAY_ON_VETH,
    /** The node's end has none and answers ARP for a link-local gateway (Calico). */
    PROXY_ARP
}
