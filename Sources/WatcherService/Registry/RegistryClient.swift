import Crypto
package import Curl
package import WatcherCore

/// Looks at images in registries: the distribution API of Docker Hub, GHCR and everybody else, read only.
///
/// Credentials are docker's own. They go to the registry, or to the token server that it names when both are of one
/// domain, and nowhere else. What is fetched by its digest is proven by it.
package struct RegistryClient: Sendable {
    private let http: HTTPClient
    private let network: HTTPNetwork
    private let credentials: RegistryCredentials
    /// By the registry's host.
    private let pace: @Sendable (String) -> RequestPace

    /// The largest index, manifest or configuration of an image, in bytes: the first two are bounded by registries to as much.
    package static let bodyLimit = 4 << 20
    private static let timeout = Duration.seconds(30)

    package init(
        _ http: HTTPClient, network: HTTPNetwork, credentials: RegistryCredentials,
        pace: @escaping @Sendable (String) -> RequestPace
    ) {
        self.http = http
        self.network = network
        self.credentials = credentials
        self.pace = pace
    }

    /// An image as the registry shows it.
    package struct Image: Sendable, Equatable {
        /// Of what the tag stands for.
        package var digest: String
        package var manifests: [ImageIndex.Manifest]
    }

    /// What a tag stands for; nil when the registry knows neither it nor its repository.
    package func image(_ reference: ImageReference) async -> Result<Image?, RequestFailure> {
        var session = Session(self, reference)
        return await Self.outcome { () throws(RequestFailure) in try await session.image() }
    }

    /// Those of an index's manifests that the registry no longer has, or never had: it need not be whole.
    package func missing(
        _ manifests: [ImageIndex.Manifest], of reference: ImageReference
    ) async -> Result<[ImageIndex.Manifest], RequestFailure> {
        var session = Session(self, reference)
        return await Self.outcome { () throws(RequestFailure) in
            var missing: [ImageIndex.Manifest] = []
            for manifest in manifests where try await !session.has(manifest.digest) { missing.append(manifest) }
            return missing
        }
    }

    /// The labels that the image of one platform has.
    package func labels(_ reference: ImageReference, _ manifest: ImageIndex.Manifest) async -> Result<
        [String: String], RequestFailure
    > {
        var session = Session(self, reference)
        return await Self.outcome { () throws(RequestFailure) in
            try await session.configuration(of: manifest.digest).labels
        }
    }

    /// Whether images may be pushed there: asks for an upload, and never sends one. Nil when they may.
    package func objectionToPush(_ reference: ImageReference) async -> RequestFailure? {
        var session = Session(self, reference, wantsPush: true)
        switch await Self.outcome({ () throws(RequestFailure) in try await session.beginUpload() }) {
        case .success: return nil
        case .failure(let failure): return failure
        }
    }

    static func outcome<Value>(_ body: () async throws(RequestFailure) -> Value) async -> Result<
        Value, RequestFailure
    > {
        do throws(RequestFailure) { return .success(try await body()) } catch { return .failure(error) }
    }

    /// One look: who we are is found out once.
    struct Session {
        let client: RegistryClient
        let reference: ImageReference
        let pace: RequestPace
        let wantsPush: Bool
        var base: String
        var authorization: String?
        var redactor = Redactor()

        init(_ client: RegistryClient, _ reference: ImageReference, wantsPush: Bool = false) {
            self.client = client
            self.reference = reference
            self.wantsPush = wantsPush
            pace = client.pace(reference.apiHost)
            base = (reference.isPlain ? "http://" : "https://") + reference.apiHost
        }

        mutating func image() async throws(RequestFailure) -> Image? {
            guard let response = try await get("manifests/" + reference.tag, accept: ImageIndex.mediaTypes) else {
                return nil
            }
            let digest = RegistryClient.digest(of: response.body)
            switch try index(response).content {
            case .index(let manifests): return Image(digest: digest, manifests: manifests)
            case .manifest(let configuration):
                let platform = try await self.configuration(blob: configuration).platform
                return Image(digest: digest, manifests: [.init(platform: platform, digest: digest)])
            }
        }

        /// Asked without the content, which Docker Hub would count as a pull.
        mutating func has(_ digest: String) async throws(RequestFailure) -> Bool {
            let response = try await authorised(.head, "manifests/" + digest, accept: ImageIndex.mediaTypes)
            switch response.status {
            case 200: return true
            case 404: return false
            default: throw refusal(response)
            }
        }

        mutating func configuration(of digest: String) async throws(RequestFailure) -> ImageConfiguration {
            guard let response = try await get("manifests/" + digest, accept: ImageIndex.mediaTypes) else {
                throw .transient("\(reference.registry) has no \(digest), which the index of \(reference) names")
            }
            try prove(response, digest)
            guard case .manifest(let configuration) = try index(response).content else {
                throw .permanent("\(reference): an index within an index", hint: nil)
            }
            return try await self.configuration(blob: configuration)
        }

        private mutating func configuration(blob digest: String) async throws(RequestFailure) -> ImageConfiguration {
            guard let response = try await get("blobs/" + digest, accept: []) else {
                throw .transient("\(reference.registry) has no \(digest), which a manifest of \(reference) names")
            }
            try prove(response, digest)
            guard let configuration = (try? JSONReader.read(response.body).value).flatMap(ImageConfiguration.init)
            else {
                throw .permanent("\(reference): its configuration is not one of an image", hint: nil)
            }
            return configuration
        }

        /// A page of the list of tags.
        mutating func list(_ path: String) async throws(RequestFailure) -> HTTPResponse {
            let response = try await authorised(.get, path, accept: ["application/json"])
            guard response.status == 200 else { throw refusal(response) }
            return response
        }

        mutating func digest() async throws(RequestFailure) -> String {
            let response = try await authorised(.head, "manifests/" + reference.tag, accept: ImageIndex.mediaTypes)
            guard response.status == 200 else { throw refusal(response) }
            guard let digest = response.headers["docker-content-digest"], SourceID(digest) != nil, digest.contains(":")
            else {
                throw .transient("\(reference.registry) names no digest of \(reference)")
            }
            return digest
        }

        mutating func beginUpload() async throws(RequestFailure) {
            let response = try await authorised(.post, "blobs/uploads/", accept: [])
            guard response.status == 202 else { throw refusal(response) }
        }

        // MARK: - Requests

        private func index(_ response: HTTPResponse) throws(RequestFailure) -> ImageIndex {
            guard let index = (try? JSONReader.read(response.body).value).flatMap(ImageIndex.init) else {
                throw .transient(
                    "\(reference): what came is no index of an image: \(MalformedResponse.describe(response))")
            }
            return index
        }

        private func prove(_ response: HTTPResponse, _ digest: String) throws(RequestFailure) {
            guard !digest.hasPrefix("sha256:") || RegistryClient.digest(of: response.body) == digest else {
                throw .transient("\(reference): what came is not what \(digest) stands for")
            }
        }

        /// Nil for 404.
        private mutating func get(_ path: String, accept: [String]) async throws(RequestFailure) -> HTTPResponse? {
            let response = try await authorised(.get, path, accept: accept)
            switch response.status {
            case 200: return response
            case 404: return nil
            case 301...308 where path.hasPrefix("blobs/"): return try await redirected(response)
            default: throw refusal(response)
            }
        }

        /// Registries keep blobs elsewhere. No credentials go there, and what comes is proven by its digest.
        private func redirected(_ response: HTTPResponse) async throws(RequestFailure) -> HTTPResponse {
            guard var location = response.headers["location"] else {
                throw .transient("\(reference.registry) redirects to nowhere")
            }
            if location.hasPrefix("//") {
                location = base.prefix { $0 != "/" } + location
            } else if location.hasPrefix("/") {
                location = base + location
            }
            guard let address = WebAddress(location), address.scheme == "https" || base.hasPrefix("http://") else {
                throw .transient("\(reference.registry) redirects to nowhere")
            }
            let next = try await send(HTTPRequest(url: location))
            guard next.status == 200 else { throw refusal(next) }
            return next
        }

        private mutating func authorised(
            _ method: HTTPRequest.Method, _ path: String, accept: [String]
        ) async throws(RequestFailure) -> HTTPResponse {
            var response = try await ask(method, path, accept)
            if response.status == 401, authorization == nil,
                let challenge = RegistryChallenge(response.headers.all("www-authenticate"))
            {
                authorization = try await answer(challenge)
                if authorization != nil { response = try await ask(method, path, accept) }
            }
            return response
        }

        private mutating func ask(
            _ method: HTTPRequest.Method, _ path: String, _ accept: [String]
        ) async throws(RequestFailure) -> HTTPResponse {
            var headers: [(name: String, value: String)] =
                accept.isEmpty ? [] : [("Accept", accept.joined(separator: ", "))]
            if let authorization { headers.append(("Authorization", authorization)) }
            func request(_ base: String) -> HTTPRequest {
                HTTPRequest(
                    method: method, url: "\(base)/v2/\(reference.repository)/\(path)", headers: headers,
                    body: method == .post ? [] : nil)
            }
            guard reference.isLoopback, base.hasPrefix("https://"), authorization == nil else {
                return try await send(request(base))
            }
            // On this machine docker takes plain HTTP where there is no TLS; so do we.
            if let refusal = await pace.turn() { throw refusal }
            if let response = try? await client.send(request(base)).get(), response.status != 0 { return response }
            base = "http://" + reference.apiHost
            return try await send(request(base))
        }

        private func send(_ request: HTTPRequest) async throws(RequestFailure) -> HTTPResponse {
            if let refusal = await pace.turn() { throw refusal }
            switch await client.send(request) {
            case .success(let response): return response
            case .failure(.cancelled), .failure(.shutDown): throw .cancelled
            case .failure(let error): throw .transient("\(reference.registry): \(redactor.mask(error.description))")
            }
        }

        private func refusal(_ response: HTTPResponse) -> RequestFailure {
            let refusal = RegistryClient.refusal(reference, response, redactor)
            pace.note(refusal)
            return refusal
        }

        // MARK: - Who we are

        /// The value of the header that the registry wants; nil when there is nothing to try.
        private mutating func answer(_ challenge: RegistryChallenge) async throws(RequestFailure) -> String? {
            let login = try await client.credentials.login(for: reference.registry)
            login?.secrets.forEach { redactor.add($0) }
            guard case .bearer(let realm, let service, let scope) = challenge else {
                guard case .basic(let encoded)? = login else { return nil }
                return "Basic " + encoded
            }
            if login != nil { try trust(realm) }
            let scopes = wantsPush ? "repository:\(reference.repository):pull,push" : scope
            let request = RegistryToken.request(
                realm: realm, service: service, scope: scopes ?? "repository:\(reference.repository):pull", login)
            let response = try await send(request)
            guard response.status == 200 else { throw refusal(response) }
            guard let token = RegistryToken.read(response.body) else {
                throw .transient(
                    "\(reference.registry): its token server sent none: \(MalformedResponse.describe(response))")
            }
            redactor.add(token)
            return "Bearer " + token
        }

        private func trust(_ realm: String) throws(RequestFailure) {
            guard RegistryToken.isRelated(realm, to: base) else {
                throw .permanent(
                    "\(reference.registry) wants its credentials sent to \(WebAddress(realm)?.origin ?? "another host"), which is of another domain or not encrypted",
                    hint: "docker logout \(reference.registry), if the image can be read without")
            }
        }
    }

    private func send(_ request: HTTPRequest) async -> Result<HTTPResponse, HTTPError> {
        var request = request
        request.network = network
        request.timeout = Self.timeout
        request.bodyLimit = Self.bodyLimit
        do throws(HTTPError) { return .success(try await http.send(request)) } catch { return .failure(error) }
    }

    private static func digest(of body: [UInt8]) -> String {
        "sha256:" + SHA256.hash(data: body).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
