/// The messages that are still to be delivered, and what became of the others: the queue of all notifiers.
///
/// A message is kept once, with the names of those who have not got it yet. Each notifier gets its messages one at a
/// time, those of one upstream in order; a receiver that is slow or dead holds up no other, and a message that a
/// receiver stumbles over holds up only those of the same upstream.
package struct Outbox: Sendable, Equatable, Codable {
    package private(set) var messages: [Outgoing] = []
    package private(set) var receivers: [String: Receiver] = [:]
    /// What has ended, newest last.
    package private(set) var ended: [Delivery] = []
    private var sequence = 0

    package struct Outgoing: Sendable, Equatable, Codable {
        package var message: Message
        package var notifiers: [String]
        /// After which a try that fails was the last one.
        package var expires: Timestamp
        /// By notifier, where a message has several recipients and some have got it: see `Message.remaining`.
        var remaining: [String: [String]]?
    }

    package struct Receiver: Sendable, Equatable, Codable {
        package var failures = 0
        package var notBefore: Timestamp?
        package var reason: String?
        /// By upstream: how often its next message has failed without the receiver asking for a wait.
        var stumbles: [String: Int]?
    }

    /// One message to one notifier, after its end.
    package struct Delivery: Sendable, Equatable, Codable {
        package var id: String
        package var notifier: String
        package var type: MessageType
        package var about: String?
        package var succeeded: Bool
        package var reason: String?
        package var at: Timestamp
    }

    /// How many messages may wait; beyond it the oldest is given up, in the open.
    package static let messageLimit = 2000
    /// How many ended deliveries are kept, of each kind.
    package static let endedLimit = 50

    /// After so many failures in a row, which take more than an hour, a receiver is down: what has expired then is given
    /// up without a try of its own.
    package static let downAfter = 6

    package init() {}

    /// Returns what had to be given up to make room.
    @discardableResult
    package mutating func add(
        _ message: (String) -> Message, to notifiers: [String], at now: Instant
    ) -> [Delivery] {
        guard !notifiers.isEmpty else { return [] }
        messages.append(
            Outgoing(
                message: message(nextID(at: now)), notifiers: notifiers.sorted(),
                expires: now.deadline(in: Backoff.messageLifetime))
        )
        guard messages.count > Self.messageLimit else { return [] }
        let oldest = messages.removeFirst()
        return oldest.notifiers.map { notifier in
            end(oldest.message, notifier, "given up: more than \(Self.messageLimit) messages were waiting", at: now)
        }
    }

    /// For a message, and for an event that nobody is notified of.
    package mutating func nextID(at now: Instant) -> String {
        sequence &+= 1
        return "m-" + StableHash(String(sequence), String(now.wall)).name
    }

    /// The next message for a notifier, if one is due.
    package func next(for notifier: String, at now: Instant) -> Message? {
        let receiver = receivers[notifier]
        if let notBefore = receiver?.notBefore, !now.hasReached(notBefore) { return nil }
        guard let stumbles = receiver?.stumbles, !stumbles.isEmpty else {
            return messages.first { $0.notifiers.contains(notifier) }?.message(for: notifier)
        }
        // The first of each upstream; of those the one that has failed the least.
        var seen: Set<String> = []
        var best: (message: Message, stumbles: Int)?
        for outgoing in messages where outgoing.notifiers.contains(notifier) {
            guard seen.insert(outgoing.line).inserted else { continue }
            let failed = stumbles[outgoing.line] ?? 0
            if failed == 0 { return outgoing.message(for: notifier) }
            if failed < best?.stumbles ?? .max { best = (outgoing.message(for: notifier), failed) }
        }
        return best?.message
    }

    /// When the next message is due that waits for its time; nil when none waits.
    package func nextWait(for notifiers: some Sequence<String>, at now: Instant) -> Timestamp? {
        notifiers.compactMap { name in
            guard let notBefore = receivers[name]?.notBefore, !now.hasReached(notBefore),
                messages.contains(where: { $0.notifiers.contains(name) })
            else { return nil }
            return notBefore
        }.min()
    }

    /// Records what the receiver made of it. Returns the end when that is a failure for good.
    package mutating func record(
        _ outcome: DeliveryOutcome, message id: String, notifier: String, at now: Instant
    ) -> Delivery? {
        guard let outgoing = messages.first(where: { $0.message.id == id && $0.notifiers.contains(notifier) }) else {
            // It was given up or forgotten meanwhile; the wait that its receiver asked for holds for the others.
            if case .retry(let after?, let reason, _) = outcome,
                messages.contains(where: { $0.notifiers.contains(notifier) })
            {
                receivers[notifier, default: Receiver()].reason = reason
                receivers[notifier]?.notBefore = now.deadline(in: after)
            }
            return nil
        }
        switch outcome {
        case .delivered:
            receivers[notifier]?.failures = 0
            receivers[notifier]?.notBefore = nil
            receivers[notifier]?.reason = nil
            remove(id, notifier)
            end(outgoing.message, notifier, nil, at: now)
        case .retry(let after, let reason, let remaining):
            if let remaining { note(remaining, id, notifier) }
            var receiver = receivers[notifier] ?? Receiver()
            receiver.failures += 1
            receiver.reason = reason
            receiver.notBefore = now.deadline(in: max(after ?? 0, Backoff.message(after: receiver.failures)))
            if after == nil {
                receiver.stumbles = (receiver.stumbles ?? [:]).merging([outgoing.line: 1], uniquingKeysWith: +)
            }
            receivers[notifier] = receiver
            guard now.hasReached(outgoing.expires) else { return nil }
            // The last try of this message; the next one waits as long as the receiver asked for.
            let words = "given up after \(Words.duration(Backoff.messageLifetime)): \(reason)"
            remove(id, notifier)
            return end(outgoing.message, notifier, words, at: now)
        case .refused(let reason):
            remove(id, notifier)
            return end(outgoing.message, notifier, reason, at: now)
        }
        return nil
    }

    /// Gives up, in the open, what nobody can deliver any more: its time is over, and its notifier is not among `known`
    /// or its receiver is down.
    package mutating func expire(known: some Collection<String>, at now: Instant) -> [Delivery] {
        var expired: [Delivery] = []
        for outgoing in messages where now.hasReached(outgoing.expires) {
            for notifier in outgoing.notifiers {
                let receiver = receivers[notifier]
                let reason: String
                if !known.contains(notifier) {
                    reason = "given up: \(notifier) is no longer in the configuration"
                } else if let receiver, receiver.failures >= Self.downAfter {
                    let last = receiver.reason.map { ": \($0)" } ?? ""
                    reason = "given up after \(Words.duration(Backoff.messageLifetime))\(last)"
                } else {
                    continue
                }
                remove(outgoing.message.id, notifier)
                expired.append(end(outgoing.message, notifier, reason, at: now))
            }
        }
        return expired
    }

    /// Moves every deadline: the wall clock was set, and what was to happen in a minute still is.
    package mutating func shift(by seconds: Int64) {
        for index in messages.indices { messages[index].expires = messages[index].expires.adding(seconds) }
        receivers = receivers.mapValues { receiver in
            var receiver = receiver
            receiver.notBefore = receiver.notBefore?.adding(seconds)
            return receiver
        }
    }

    /// Takes back deadlines that no wait of ours can have set: the clock was set back while nobody was running.
    package mutating func clamp(at now: Instant) {
        for name in receivers.keys {
            if let until = receivers[name]?.notBefore, until > now.deadline(in: DeliveryOutcome.longestWait) {
                receivers[name]?.notBefore = nil
            }
        }
        for index in messages.indices {
            messages[index].expires = min(messages[index].expires, now.deadline(in: Backoff.messageLifetime))
        }
    }

    /// Drops a message's failed deliveries, which somebody has taken note of; what still waits for other notifiers is
    /// delivered. Of a message without any it drops all. Returns whether there was anything.
    package mutating func forget(_ id: String) -> Bool {
        let before = ended.count + messages.count
        ended.removeAll { $0.id == id && !$0.succeeded }
        if ended.count + messages.count < before { return true }
        ended.removeAll { $0.id == id }
        messages.removeAll { $0.message.id == id }
        return ended.count + messages.count < before
    }

    package func knows(_ id: String) -> Bool {
        messages.contains { $0.message.id == id } || ended.contains { $0.id == id }
    }

    private mutating func note(_ remaining: [String], _ id: String, _ notifier: String) {
        guard let index = messages.firstIndex(where: { $0.message.id == id }) else { return }
        messages[index].remaining = (messages[index].remaining ?? [:]).merging([notifier: remaining]) { $1 }
    }

    private mutating func remove(_ id: String, _ notifier: String) {
        guard let index = messages.firstIndex(where: { $0.message.id == id }) else { return }
        receivers[notifier]?.stumbles?[messages[index].line] = nil
        if let receiver = receivers[notifier], receiver.isFresh { receivers[notifier] = nil }
        messages[index].notifiers.removeAll { $0 == notifier }
        if messages[index].notifiers.isEmpty { messages.remove(at: index) }
    }

    @discardableResult
    private mutating func end(
        _ message: Message, _ notifier: String, _ failure: String?, at now: Instant
    ) -> Delivery {
        let delivery = Delivery(
            id: message.id, notifier: notifier, type: message.type, about: message.job?.action ?? message.upstream,
            succeeded: failure == nil, reason: failure, at: now.floor)
        ended.append(delivery)
        trim()
        return delivery
    }

    /// Failures are not pushed out by successes.
    private mutating func trim() {
        for succeeded in [true, false] {
            let excess = ended.count { $0.succeeded == succeeded } - Self.endedLimit
            for _ in 0..<max(excess, 0) {
                if let index = ended.firstIndex(where: { $0.succeeded == succeeded }) { ended.remove(at: index) }
            }
        }
    }
}

extension Outbox.Outgoing {
    /// Whose order it keeps. What is about no upstream, or about several, is a line of its own.
    fileprivate var line: String { message.upstream ?? "" }

    /// The message as the next attempt of a notifier sends it.
    fileprivate func message(for notifier: String) -> Message {
        var message = message
        message.remaining = remaining?[notifier]
        return message
    }
}

extension Outbox.Receiver {
    /// Nothing is to be remembered of it.
    fileprivate var isFresh: Bool {
        failures == 0 && notBefore == nil && reason == nil && stumbles?.isEmpty ?? true
    }
}
