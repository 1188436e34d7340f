// Every number of [IMPP 4] and [IMPP 13], each with its reason. Sizes are octets, times milliseconds unless
// the name says seconds: what a header carries is in the header's own unit.

const KIB = 1024;
const MIB = 1024 * KIB;

// Framing [IMPP 4]. These are the protocol's own and cannot be configured: a peer counts on them.

/** With its CRLF. Longer than any legal line, so that other protocols fail at once and not after 16 KiB. */
export const MAX_START_LINE = 1024;
/** From the line after the start line to the empty line included: what a stranger can make a server hold. */
export const MAX_HEADER_SECTION = 16 * KIB;
/** Bounds the work of every search in a header list. */
export const MAX_HEADERS = 64;
export const MAX_METHOD = 32;
export const MAX_REQUEST_ID = 32;
export const MAX_TOKEN = 64;
/** Ten digits hold every size that is allowed and stay far below 2^53. */
export const MAX_LENGTH_DIGITS = 10;
/** A body under so many times the limit is read away and answered; from there on the connection closes. */
export const OVERSIZE_FACTOR = 2;
/** A body of a connection that is not attached: SASL messages and verifiers need no more. */
export const MAX_BODY_UNATTACHED = 64 * KIB;
/** A larger body comes and goes in pieces where the reader can take it so, and is never in memory whole. */
export const WHOLE_BODY = 64 * KIB;
/** Such a piece: large enough to be worth a commit of its own, small enough to be many times in memory. */
export const PIECE = 128 * KIB;
/** A request unanswered for so long means a dead peer. */
export const ANSWER_DEADLINE = 30_000;

// Values of headers [IMPP 5].

/** Revisions are counted in doubles, which are exact below 2^53. */
export const MAX_DECIMAL = Number.MAX_SAFE_INTEGER;
/** Seconds: 68 years, the largest that 32-bit programs can hold. */
export const MAX_LEASE_SECONDS = 2_147_483_647;
export const MAX_MESSAGE_ID = 250;
/** Code points of USER [IMPP 2]. */
export const MAX_USER = 64;

// What a server advertises or applies unless it is configured otherwise [IMPP 13].

/** Bulk connections and links carry files. */
export const MAX_BULK_MESSAGE_SIZE = 10 * MIB;
/** Interactive ones must stay quick: a larger body would hold up what follows it. */
export const MAX_MESSAGE_SIZE = 1 * MIB;
/** Unanswered requests a reader takes before it stops reading; past twice that it may close. */
export const MAX_PENDING = 128;
export const PENDING_CLOSE_FACTOR = 2;
export const IDLE_TIMEOUT_SECONDS = 300;
/** From here on a body belongs on a bulk connection, and goes to devices deferred. */
export const BULK_THRESHOLD = 64 * KIB;

/** Seconds. Below the least, renewals would be most of the traffic; above the most, ghosts would stay online. */
export const PRESENCE_LEASE = { least: 30, most: 3600, usual: 120 } as const;
/** Seconds. A link's lease is longer, since each renewal costs two domains. */
export const SUBSCRIPTION_LEASE = { least: 60, most: 86_400, usual: 3600, interdomain: 21_600 } as const;

export const MAX_CONNECTIONS_PER_ACCOUNT = 20;
/** Time to authenticate: sockets that only wait are the cheapest attack. */
export const AUTHENTICATION_DEADLINE = 30_000;
export const REQUESTS_PER_SECOND = 50;
/** A client that starts up asks for all its contacts at once. */
export const REQUEST_BURST = 200;
/** Failed AUTH per IP address (IPv6: /64) in ten minutes, counted over all its connections. */
export const FAILED_AUTH_PER_ADDRESS = 20;
/** Connections from one IP address that have not authenticated: a whole office that comes back at once fits. */
export const UNAUTHENTICATED_PER_ADDRESS = 256;
/** REGISTER per IP address in an hour: a class can sign up, a program that makes accounts gets nowhere. */
export const REGISTERED_PER_ADDRESS = 60;
/**
 * First messages of strangers in an hour: of all people of another domain together, and to one of ours. A conference
 * fits; a list of addresses does not.
 */
export const STRANGERS_OF_DOMAIN = 200;
export const STRANGERS_TO_INBOX = 60;
/** Failed AUTH on one connection before it closes [IMPP 6]. */
export const FAILED_AUTH_PER_CONNECTION = 5;

// Between domains [IMPP 12].

/** To find, reach and secure a connection to a server of another domain. */
export const CONNECT_DEADLINE = 10_000;
/** Each of its targets has this time at least, or many of them would have none. */
export const TARGET_LEAST = 1_000;
/** From a request for another domain to its outcome, whatever it waits for: a link, and then an answer. */
export const OUTCOME_DEADLINE = CONNECT_DEADLINE + ANSWER_DEADLINE;
/** The same where a large body takes its time on the link: somebody who sends one octet a minute is no excuse. */
export const OUTCOME_LATEST = 600_000;
/** From one server of a domain to another: whoever sends us further sends us round. */
export const MAX_REDIRECTS = 5;
/** A link on which nobody has asked anything for so long is closed. */
export const LINK_IDLE = 600_000;
/** A token of CALLBACK is good for so long: the acceptor asks at once, or not at all. */
export const CALLBACK_LIFE = 60_000;
/** Asking another domain about a token; less than the one who waits for the outcome gives us. */
export const VERIFY_DEADLINE = 20_000;
/** At a time for one address: each makes us open a connection to somebody whom the peer has named. */
export const CALLBACKS_PER_ADDRESS = 8;
/** From when a domain had a valid certificate the last time, nobody passes for it without one. */
export const SECURE_MEMORY = 90 * 86_400_000;
/** Requests for one domain that have no answer, and their bodies: what it can take of us by being slow. */
export const MAX_FAR_REQUESTS = 2048;
export const MAX_FAR_OCTETS = 16 * MIB;
/** Bodies of answers over links are presence and lists. */
export const MAX_ANSWER = 1 * MIB;
/** Domains that are being reached at the same time; a person can ask for fifty new ones a second. */
export const MAX_REACHING = 1024;
/** Links that one domain has opened: one for each of its servers, and some that it has not yet missed. */
export const MAX_LINKS = 64;
/** What all people of another domain may ask together, as a multiple of what one of ours may. */
export const FAR_RATE_FACTOR = 20;
/**
 * A domain that does not answer is tried again at once, then after a second, then twice as long each time, but not longer
 * than a person waits who knows that it is back. Nobody is called whom nobody asks.
 */
export const RETRY_FIRST = 1_000;
export const RETRY_LONGEST = 15_000;
