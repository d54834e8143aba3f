package import WatcherCore

/// Tags of an image, or the digest behind one, by the registry's own API.
package struct ImageTagsClient: SourceClient {
    private let source: ImageTags
    private let registry: RegistryClient

    package init(_ source: ImageTags, _ registry: RegistryClient) {
        self.source = source
        self.registry = registry
    }

    package func check(isSweep: Bool, etag: String?) async -> (CheckOutcome, RateLimitReading?) {
        let releases: Result<[Release], RequestFailure> =
            source.isOneTag
            ? await registry.digest(source.reference).map { [source.release(digest: $0)] }
            : await registry.tags(source.reference, limit: ImageTags.tagLimit).map { $0.map(source.release(tag:)) }
        switch releases {
        case .failure(let failure): return (.failed(failure), nil)
        case .success(let releases):
            let sorted = source.isOneTag ? releases : releases.sortedByVersion
            return (
                .list(ReleaseList(releases: sorted, isComplete: true, isSweep: isSweep, identity: source.identity)), nil
            )
        }
    }

    package func identify() async -> (Result<RepositoryIdentity, RequestFailure>, RateLimitReading?) {
        (.success(source.identity), nil)
    }
}
