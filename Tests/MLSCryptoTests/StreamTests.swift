import MLSCrypto
import Testing

@Suite struct StreamTests {
    @Test func partsAreHashedAsOne() {
        let stream = SHA256Stream()
        #expect(stream.digest() == SHA256.hash([]))
        var all: [UInt8] = []
        for size in [0, 1, 63, 64, 65, 1000] {
            let part = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 7 + size) }
            stream.add(part)
            all += part
            #expect(stream.digest() == SHA256.hash(all))
        }
    }
}
