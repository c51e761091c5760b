package io.batchprocessor.redis;

/** What becomes of a request whose value has used up its quota. */
enum WhenOver {
  /** It waits where it is, and so does what is behind it in its queue. */
  WAIT,
  /** It goes back to the broker for a while, its attempt not counted. */
  RELEASE,
  /** It ends with an error and status 429. */
  DROP
}
