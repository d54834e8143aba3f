extension UpstreamState.Waiting {
    /// Whether time alone makes it ready. What is far down has to be seen again first.
    func isRipe(at now: Instant) -> Bool {
        missing.isEmpty && !isFarDown && (until.map(now.hasReached) ?? true)
    }

    /// Whether all pages must be read to know how it is doing now.
    func needsSweep(at now: Instant) -> Bool {
        isFarDown && !isStalled && (!missing.isEmpty || (until.map(now.hasReached) ?? true))
    }

    /// For people: `v3.2.3.2 waits for s6-overlay-arm.tar.xz`.
    package var waitsFor: String {
        missing.isEmpty
            ? "\(release.tag) waits until \(until.map(\.description) ?? "it is old enough")"
            : "\(release.tag) waits for \(missing.joined(separator: ", "))"
    }
}
