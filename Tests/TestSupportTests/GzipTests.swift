import Testing
import TestSupport

@Suite struct GzipTests {
    @Test("a bomb is more than 150 times smaller than what it holds") func bomb() {
        #expect(Gzip.bomb(unpackingTo: 1_000_000).count < 1_000_000 / 150)
    }
}
