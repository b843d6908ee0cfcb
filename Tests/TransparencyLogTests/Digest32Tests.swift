import MLSCrypto
import PresentationLanguage
import Testing

@Suite struct Digest32Tests {
    private let bytes = Array(UInt8(0)..<32)

    @Test func holdsExactly32Bytes() throws {
        let digest = try #require(Digest32(bytes))
        #expect(digest.bytes == bytes)
        #expect(Digest32(bytes.dropLast()) == nil)
        #expect(Digest32(bytes + [32]) == nil)
        #expect(Digest32([]) == nil)
    }

    @Test func describesItselfInHexadecimal() throws {
        let text = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
        #expect(Digest32(bytes)?.description == text)
    }

    @Test func everyByteCounts() throws {
        let digest = try #require(Digest32(bytes))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x80
            #expect(Digest32(other) != digest)
        }
        #expect(Set([digest, Digest32(bytes)!, .zero]).count == 2)
    }

    @Test func isWrittenAsItsBytes() throws {
        let digest = try #require(Digest32(bytes))
        #expect(digest.encoded == bytes)
        #expect(try Digest32(parsing: bytes) == digest)
    }

    /// FIPS 180-4 examples.
    @Test func sha256HasTheKnownValues() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(SHA256.hash(Array("abc".utf8)).description == abc)
        #expect(SHA256.hash(Array("a".utf8), [], Array("bc".utf8)).description == abc)
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(SHA256.hash().description == empty)
    }
}
