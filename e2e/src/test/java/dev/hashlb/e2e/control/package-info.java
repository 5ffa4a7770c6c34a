/**
 * Nodes of the lab run by {@code hashlb agent}: fed by an operator that a test scripts, or by the operator's own process beside a real
 * API server. The lab plays what is between them: the operator's Service, the kubelet's files, the container runtime's names.
 */
package dev.hashlb.e2e.control;
