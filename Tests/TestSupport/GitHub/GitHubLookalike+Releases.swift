package import Foundation
import Synchronization

/// Releases, as their publishers make and change them.
extension GitHubLookalike {
    /// Adds releases as they are, such as `Fixtures.elabftw()`; those with ids that are there already are replaced.
    package func load(_ fullName: String, _ releases: [Release]) {
        state.withLock { state in
            let new = Set(releases.map(\.id))
            state.change(fullName) {
                $0.releases.removeAll { new.contains($0.id) }
                $0.releases += releases
                $0.refs.formUnion(releases.map(\.tag))
            }
        }
    }

    /// Publishes a release now, or at `published`, and returns its id.
    @discardableResult
    package func publish(
        _ fullName: String, _ tag: String, id: Int? = nil, name: String? = nil, body: String? = nil,
        prerelease: Bool = false, draft: Bool = false, created: Date? = nil, published: Date? = nil,
        assets: [Asset] = [], overrides: [String: WireJSON] = [:]
    ) -> Int {
        state.withLock { state in
            let moment = published ?? state.now
            let release = Release(
                id: id ?? state.nextID(), tag: tag, name: name ?? tag, commitish: "main", isDraft: draft,
                isPrerelease: prerelease, created: created ?? moment, published: moment, updated: nil, body: body,
                author: .maintainer, assets: assets.map { state.stamped($0) },
                overrides: overrides)
            state.change(fullName) {
                $0.releases.append(release)
                $0.refs.insert(tag)
            }
            return release.id
        }
    }

    /// Uploads to the release of that tag. An upload moves no date of the release (so it was recorded in 2020).
    package func addAssets(_ fullName: String, _ tag: String, _ assets: [Asset]) {
        state.withLock { state in
            let stamped = assets.map { state.stamped($0) }
            state.editRelease(fullName, tag) { release in
                release.assets.removeAll { old in stamped.contains { $0.name == old.name } }
                release.assets += stamped
            }
        }
    }

    package func removeAsset(_ fullName: String, _ tag: String, _ name: String) {
        state.withLock { state in
            state.editRelease(fullName, tag) { $0.assets.removeAll { $0.name == name } }
        }
    }

    /// Any edit of the release of that tag; its `updated_at` and `Last-Modified` move.
    package func edit(_ fullName: String, _ tag: String, _ change: (inout Release) -> Void) {
        state.withLock { state in
            let now = state.now
            state.editRelease(fullName, tag) { release in
                release.updated = now
                change(&release)
            }
        }
    }

    /// A prerelease becomes a full release under the same id.
    package func promote(_ fullName: String, _ tag: String) {
        edit(fullName, tag) { $0.isPrerelease = false }
    }

    /// Back to a draft (or public again): what deleting its tag does to a release.
    package func draft(_ fullName: String, _ tag: String, _ isDraft: Bool = true) {
        edit(fullName, tag) { $0.isDraft = isDraft }
    }

    package func remove(_ fullName: String, _ tag: String) {
        state.withLock { state in
            state.change(fullName) { $0.releases.removeAll { $0.tag == tag } }
        }
    }

    /// Deletes the release and publishes the same tag under a new id, which is returned; nil when there is none.
    @discardableResult
    package func publishAgain(_ fullName: String, _ tag: String) -> Int? {
        state.withLock { state in
            let (id, now) = (state.nextID(), state.now)
            var found = false
            state.change(fullName) { repository in
                guard let index = repository.releases.firstIndex(where: { $0.tag == tag }) else { return }
                found = true
                var release = repository.releases.remove(at: index)
                release.id = id
                release.published = now
                release.updated = nil
                repository.releases.append(release)
            }
            return found ? id : nil
        }
    }

    /// Drafts included, in the order in which they were added.
    package func releases(_ fullName: String) -> [Release] {
        state.withLock { state in
            state.names[fullName.lowercased()].flatMap { state.repositories[$0]?.releases } ?? []
        }
    }
}

extension LookalikeState {
    fileprivate mutating func stamped(_ asset: GitHubLookalike.Asset) -> GitHubLookalike.Asset {
        var asset = asset
        if asset.id == 0 { asset.id = nextID() }
        asset.created = asset.created ?? now
        return asset
    }

    fileprivate mutating func editRelease(
        _ fullName: String, _ tag: String, _ edit: (inout GitHubLookalike.Release) -> Void
    ) {
        change(fullName) { repository in
            for index in repository.releases.indices where repository.releases[index].tag == tag {
                edit(&repository.releases[index])
            }
        }
    }
}
