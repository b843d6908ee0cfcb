import RuleBook

/// Hubs with something wrong about them, which the simulator must notice: each lives seed after seed until
/// the model says otherwise than the hub.
package struct MutantHunt {
    package struct Mutant: Sendable {
        package let name: String
        var enforcement = Enforcement.complete
        var sabotage: Sabotage?
    }

    /// What no seed brings about, or the hub refuses by another rule, which the model does not tell apart.
    package static let unseen: Set<Rule> = [
        .leafUsers, .genesis, .uri, .roomURI, .bannedRole, .envelope, .fixedMembership, .parentRoom,
        .policyContent, .endGroup, .hubSender, .roleBounds, .participantList,
    ]

    /// Rules that are not enforced, one at a time, and stores that somebody works on.
    package static var all: [Mutant] {
        (Rule.order + Rule.policy + [.sendMessage, .submitMessage, .groupInfoRequest]).filter {
            !unseen.contains($0)
        }.map {
            Mutant(name: "without \($0)", enforcement: .without($0))
        } + Sabotage.allCases.map { Mutant(name: $0.rawValue, sabotage: $0) }
    }

    /// The first of some seeds that shows a mutant; nil if none does. `place` lends a path for a store.
    package static func seek(
        _ mutant: Mutant, in seeds: ClosedRange<UInt64>,
        _ place: ((String) async -> SimulationFailure?) async throws -> SimulationFailure?
    ) async throws -> SimulationFailure? {
        for seed in seeds {
            var simulation = Simulation(seed: seed)
            simulation.enforcement = mutant.enforcement
            simulation.sabotage = mutant.sabotage
            let failure = try await place { [simulation] path in
                do throws(SimulationFailure) {
                    _ = try await simulation.run(at: path)
                    return nil
                } catch {
                    return error
                }
            }
            if let failure { return failure }
        }
        return nil
    }
}
