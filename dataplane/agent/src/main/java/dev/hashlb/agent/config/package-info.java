/**
 * Where a standalone data plane gets its snapshot from: the file of YAML documents, the key file, the state folder, and the
 * notice of their change. Only the structure of documents is judged here; what they say is judged by {@code core.declare}.
 */
@NullMarked
package dev.hashlb.agent.config;

import org.jspecify.annotations.NullMarked;
