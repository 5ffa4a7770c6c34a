/**
 * What the process shows of itself: whether it is up, to anybody, on plain HTTP; its metrics, over TLS, to those whom the API server
 * lets read them (ADR 0033). Nothing is measured here.
 */
@NullMarked
package dev.hashlb.operator.monitoring;

import org.jspecify.annotations.NullMarked;
