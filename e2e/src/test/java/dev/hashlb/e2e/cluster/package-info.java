/**
 * The suite for a real cluster, whichever {@code HASHLB_E2E_KUBECONFIG} names: installs by the chart, declares balancers, and asks through
 * VIPs. Needs no image but the project's own, neither kubectl nor helm, and nothing of how the cluster was made; killing nodes and
 * looking into them is done by commands that the environment names, and left out where it names none. See {@link Environment}.
 */
package dev.hashlb.e2e.cluster;
