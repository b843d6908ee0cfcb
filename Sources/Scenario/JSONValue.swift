import FoundationEssentials

/// A JSON text as it stands, for what is not known beforehand.
package enum JSONValue: Hashable, Sendable, Codable {
    case null
    case bool(Bool)
    case number(Double)
    case integer(Int64)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    package init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([JSONValue].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: JSONValue].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .bool(let bool): try value.encode(bool)
        case .integer(let integer): try value.encode(integer)
        case .number(let number): try value.encode(number)
        case .string(let string): try value.encode(string)
        case .array(let array): try value.encode(array)
        case .object(let object): try value.encode(object)
        }
    }

    /// What a value is in JSON.
    init(_ value: some Encodable) throws {
        self = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
    }
}

/// What is wrong with a scenario, and where in it.
package struct ScenarioError: Error, CustomStringConvertible {
    package let description: String

    package init(_ problem: String, at place: String) {
        let text = place.isEmpty ? problem : "\(place): \(problem)"
        // A file may have keys of any length.
        description = text.count > 300 ? "\(text.prefix(300)) …" : text
    }
}

/// A value in a scenario with its place, read strictly: what is not expected is an error there.
struct JSONNode {
    let value: JSONValue
    let place: String

    func fail(_ problem: String) -> ScenarioError { ScenarioError(problem, at: place) }

    /// An object that has no other keys than these.
    func object(_ keys: Set<String>) throws(ScenarioError) -> [String: JSONNode] {
        guard case .object(let object) = value else { throw fail("is not an object") }
        if let unknown = object.keys.filter({ !keys.contains($0) }).min() {
            throw fail("unknown key \"\(unknown)\"")
        }
        return members(of: object)
    }

    /// An object whose keys are names.
    func dictionary() throws(ScenarioError) -> [String: JSONNode] {
        guard case .object(let object) = value else { throw fail("is not an object") }
        return members(of: object)
    }

    private func members(of object: [String: JSONValue]) -> [String: JSONNode] {
        var nodes: [String: JSONNode] = [:]
        for (key, value) in object {
            nodes[key] = JSONNode(value: value, place: "\(place).\(key)")
        }
        return nodes
    }

    func array() throws(ScenarioError) -> [JSONNode] {
        guard case .array(let array) = value else { throw fail("is not an array") }
        return array.enumerated().map { JSONNode(value: $1, place: "\(place)[\($0)]") }
    }

    /// An array of this many.
    func tuple(_ count: Int) throws(ScenarioError) -> [JSONNode] {
        let nodes = try array()
        guard nodes.count == count else { throw fail("has \(nodes.count) elements, not \(count)") }
        return nodes
    }

    func string() throws(ScenarioError) -> String {
        guard case .string(let string) = value else { throw fail("is not a string") }
        return string
    }

    func bool() throws(ScenarioError) -> Bool {
        guard case .bool(let bool) = value else { throw fail("is not true or false") }
        return bool
    }

    func integer<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(ScenarioError) -> T {
        guard case .integer(let integer) = value, let number = T(exactly: integer) else {
            throw fail("is not a number from \(T.min) to \(T.max)")
        }
        return number
    }

    var isNull: Bool { value == .null }
}

extension [String: JSONNode] {
    /// A value that must be there.
    func required(_ key: String, in node: JSONNode) throws(ScenarioError) -> JSONNode {
        guard let value = self[key] else { throw node.fail("has no key \"\(key)\"") }
        return value
    }

    func bool(_ key: String, default value: Bool = false) throws(ScenarioError) -> Bool {
        guard let node = self[key] else { return value }
        return try node.bool()
    }

    func string(_ key: String) throws(ScenarioError) -> String? {
        guard let node = self[key] else { return nil }
        return try node.string()
    }

    /// Nil where it is absent or null.
    func integer<T: FixedWidthInteger>(
        _ key: String, _ type: T.Type = T.self
    ) throws(ScenarioError) -> T? {
        guard let node = self[key], !node.isNull else { return nil }
        return try node.integer()
    }
}
