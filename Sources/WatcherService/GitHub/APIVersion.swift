import Synchronization

/// The API version that a server knows: the newest at first, the older one for servers that answer 400 to it
/// (GitHub Enterprise Server up to 3.20).
package final class APIVersion: Sendable {
    /// Answers a dispatch with the run's id; released in March 2026.
    package static let newest = "2026-03-10"
    /// Supported until March 2028.
    package static let older = "2022-11-28"

    private let isOlder = Mutex(false)

    package init() {}

    package var current: String { isOlder.withLock { $0 } ? Self.older : Self.newest }

    /// Whether it makes sense to ask again with the version that is current now.
    func fallBack(from asked: String) -> Bool {
        isOlder.withLock { isOlder in
            defer { isOlder = true }
            return asked == Self.newest
        }
    }
}
