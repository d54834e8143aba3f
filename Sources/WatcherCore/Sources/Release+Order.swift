extension [Release] {
    /// The highest versions first, then what cannot be read: for sources without dates, so that what waits is among the
    /// first.
    package var sortedByVersion: [Release] {
        map { (release: $0, version: Version($0.tag)) }.sorted { left, right in
            switch (left.version, right.version) {
            case (let one?, let other?): one == other ? left.release.tag > right.release.tag : one > other
            case (nil, nil): left.release.tag > right.release.tag
            case (let one, _): one != nil
            }
        }.map(\.release)
    }
}
