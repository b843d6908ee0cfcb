import EndpointMessages
import EventLog
import FoundationEssentials
import HubStore
import LogAudit
import MLSMember
import MLSMessages
import PresentationLanguage
import RoomLog
import RoomState
import SnapshotExport

extension Stage {
    /// Performs all steps, and reports each as it is done.
    func run(_ report: (ScenarioReport) throws -> Void) async throws {
        for step in file.steps {
            clock.advance(to: step.time)
            for done in try await perform(step) { try report(done) }
        }
        await hub.close()
    }

    private func perform(_ step: ScenarioStep) async throws -> [ScenarioReport] {
        var done: [(step: ScenarioStep, outcome: Outcome, problems: [String])] = []
        if case .race(let steps) = step.action {
            var prepared: [Result<Prepared?, any Error>] = []
            for step in steps {
                do {
                    prepared.append(.success(try await prepare(step)))
                } catch {
                    prepared.append(.failure(error))
                }
            }
            for (step, prepared) in zip(steps, prepared) {
                let (outcome, problems) = await attempt(step) { try prepared.get() }
                done.append((step, outcome, problems))
            }
        } else {
            let (outcome, problems) = await attempt(step) { try await self.prepare(step) }
            done.append((step, outcome, problems))
        }
        var after: [String] = []
        if done.contains(where: { $0.outcome.isSuccess }) {
            if step.delivers { after += try await deliver(to: nil) }
            after += try await brokenPromises(isDelivered: step.delivers)
        }
        var reports: [ScenarioReport] = []
        for (place, item) in done.enumerated() {
            let problems = item.problems + (place == done.count - 1 ? after : [])
            reports.append(try await report(item.step, item.outcome, problems))
        }
        return reports
    }

    /// What comes of a step; what goes wrong with the scenario itself is an outcome of its own.
    private func attempt(
        _ step: ScenarioStep, _ prepare: () async throws -> Prepared?
    ) async -> (Outcome, [String]) {
        do {
            guard let prepared = try await prepare() else { return try await act(step) }
            return try await send(prepared, of: step)
        } catch let end as EarlyEnd {
            return (end.outcome, [])
        } catch {
            return (Outcome(code: "impossible", detail: "\(error)"), [])
        }
    }

    /// What a step sends; nil of steps that send nothing by themselves.
    private func prepare(_ step: ScenarioStep) async throws -> Prepared? {
        switch step.action {
        case .update(.client(let name), let spec, let source):
            try await prepare(spec, by: name, from: source)
        case .update(.hub, let spec, let source):
            try await prepare(spec, byProvider: file.hub, from: source)
        case .update(.provider(let domain), let spec, let source):
            try await prepare(spec, byProvider: domain, from: source)
        case .join(let name, let spec, let source):
            try await prepare(spec, by: name, from: source)
        case .message(let name, let spec, let source):
            try await prepare(spec, by: name, from: source)
        default: nil
        }
    }

    private func send(
        _ prepared: Prepared, of step: ScenarioStep
    ) async throws -> (Outcome, [String]) {
        references[step.name] = prepared.references
        var outcome = try await submit(prepared.kind, prepared.body, from: prepared.provider)
        inputs[step.name] = SentInput(
            kind: prepared.kind, provider: prepared.provider, body: prepared.body,
            outcome: outcome)
        if case .update(_, let spec, _) = step.action, case .dropComponent? = spec.tamper,
            spec.groupInfo == .partial, outcome.rules == ["D-60"]
        {
            // The hub sees that the context is another, but not in what.
            outcome.rules.append("E-7")
        }
        var problems: [String] = []
        if outcome.isSuccess {
            if prepared.kind == .message, let problem = try franking(of: prepared, outcome) {
                problems.append(problem)
            }
            try apply(prepared)
        } else if prepared.kind == .update, let rules = step.expectation?.rules,
            !outcome.rules.contains(where: { Self.is($0, among: rules) })
        {
            let broken = try hub.rules(
                brokenBy: prepared.body, from: prepared.provider, in: room)
            outcome.rules += broken.filter { !outcome.rules.contains($0) }
        }
        return (outcome, problems)
    }

    private func submit(
        _ kind: SentInput.Kind, _ body: [UInt8], from provider: String
    ) async throws -> Outcome {
        switch kind {
        case .update:
            record(.update, from: provider, body)
            return Outcome(try await hub.update(room, from: provider, body))
        case .message:
            record(.submitMessage, from: provider, body)
            return Outcome(try await hub.submitMessage(room, from: provider, body))
        }
    }

    /// The sender of what was accepted goes on from it.
    private func apply(_ prepared: Prepared) throws {
        guard let name = prepared.sender, var performer = cast.performers[name] else { return }
        for message in prepared.messages { performer.sent.insert(message.encoded) }
        switch prepared.effect {
        case .none: break
        case .commit(let next):
            var next = next
            next.profile = cast.profile
            performer.become(next)
            noteExternalPlaces(in: next.group)
        case .proposals(let made):
            for proposal in made { try performer.member?.accept(proposal) }
        }
        cast.performers[name] = performer
    }

    // MARK: Other steps

    private func act(_ step: ScenarioStep) async throws -> (Outcome, [String]) {
        switch step.action {
        case .groupInfo(let name, let code, let source):
            return (
                try await fetchGroupInfo(by: performer(name), code: code, from: source).outcome, []
            )
        case .keyMaterial(let name, let user, let source):
            return (try await fetchKeyMaterial(of: user, by: name, from: source), [])
        case .retry(let name): return try await retry(name, step)
        case .deliver(let name):
            return (.success, try await deliver(to: name))
        case .restart: return (.success, try await reopen())
        case .crash: return (.success, try await crash())
        case .rebuild, .replay: return (.success, try await rebuild())
        case .audit: return (.success, try await audit())
        case .state(let expected): return (.success, try await differences(from: expected))
        case .joinCode(let code):
            codeRoles[code.code] = code.role
            try await hub.add(JoinCode(code), to: room)
            return (.success, [])
        case .consent(let spec): return (try await perform(spec), [])
        case .race, .update, .join, .message:
            preconditionFailure("a step that sends something")
        }
    }

    /// Sends the bytes of an earlier step again: what was accepted gets the same answer.
    private func retry(
        _ name: String, _ step: ScenarioStep
    ) async throws -> (Outcome, [String]) {
        guard let input = inputs[name] else {
            throw ScenarioError("step \(name) sent nothing", at: "")
        }
        let outcome = try await submit(input.kind, input.body, from: input.provider)
        if input.outcome.isSuccess, outcome != input.outcome {
            return (outcome, ["another answer than the first"])
        }
        return (outcome, [])
    }

    private func stateHash() async throws -> String {
        try await hub.summary(of: room)?.stateHash ?? ""
    }

    /// Closes the store and opens it again.
    private func reopen() async throws -> [String] {
        let before = try await stateHash()
        await hub.close()
        hub = try Hub.open(at: path, configuration)
        return try await stateHash() == before ? [] : ["another state after opening again"]
    }

    /// Goes on from the files as they are at this moment, as after a crash.
    private func crash() async throws -> [String] {
        let before = try await stateHash()
        let image = try Data(contentsOf: URL(filePath: path + "/data.mdb"))
        await hub.close()
        try image.write(to: URL(filePath: path + "/data.mdb"))
        hub = try Hub.open(at: path, configuration)
        return try await stateHash() == before ? [] : ["another state after the crash"]
    }

    private func folded() throws -> FoldedRoom {
        guard let room = try hub.log.room(Array(self.room.utf8)),
            let folded = try hub.log.fold(room)
        else { throw ScenarioError("the room is not in the log", at: "") }
        return folded
    }

    /// Folds the records anew, and compares what is kept beside them.
    private func rebuild() async throws -> [String] {
        guard let room = try hub.log.room(Array(self.room.utf8)) else {
            return ["the room is not in the log"]
        }
        let folded = try folded()
        try hub.log.checkIndexes(of: room, folded)
        try hub.log.checkHead()
        let live = try await stateHash()
        return folded.state.stateHash.description == live ? [] : ["the records lead elsewhere"]
    }

    /// Decides every record again.
    private func audit() async throws -> [String] {
        var options = AuditOptions()
        options.depth = .full
        options.room = Array(room.utf8)
        options.services = hub.log.services
        var findings: [String] = []
        _ = try await Audit(hub.log.log, options).run { findings.append($0.description) }
        return findings
    }

    private func differences(from expected: JSONValue) async throws -> [String] {
        StateMatch(expected, try JSONValue(RoomSnapshot(try folded()))).differences
    }

    // MARK: Promises

    /// What must hold after every accepted step.
    private func brokenPromises(isDelivered: Bool) async throws -> [String] {
        var broken = try await hub.brokenPromises(of: room)
        if isDelivered, let live = try await hub.liveRoom(room) {
            for performer in cast.performers.values.sorted(by: { $0.name < $1.name }) {
                guard let member = performer.member, live.group.reInit == nil,
                    live.group.tree.leaf(at: member.leafIndex)?.signatureKey
                        == performer.client.signatureKey
                else { continue }
                if member.group.context != live.group.context {
                    broken.append("\(performer.name) is elsewhere, in epoch \(member.epoch)")
                }
            }
        }
        return broken + (try await reopen())
    }

    // MARK: Reports

    private static func `is`(_ rule: String, among expected: [String]) -> Bool {
        expected.contains { Restatements.does(rule, meet: $0) }
    }

    private func report(
        _ step: ScenarioStep, _ outcome: Outcome, _ problems: [String]
    ) async throws -> ScenarioReport {
        let expectation = step.expectation ?? implied(by: step)
        var rule = outcome.rules.first
        var isExpected = outcome.code == expectation.code
        if let rules = expectation.rules {
            let match = outcome.rules.first { Self.is($0, among: rules) }
            isExpected = isExpected && match != nil
            rule = match ?? rule
        }
        let folded = try folded()
        let details = problems + [outcome.detail].filter { !$0.isEmpty }
        return ScenarioReport(
            step: step.name, code: outcome.code, rule: rule,
            detail: details.isEmpty ? nil : details.joined(separator: "; "),
            epoch: folded.state.group.context.epoch,
            stateHash: folded.last.stateHash.description, sequence: folded.last.gseq,
            ok: isExpected && problems.isEmpty)
    }

    /// What is expected where a step does not say: success, and of a retry what came of it before.
    private func implied(by step: ScenarioStep) -> ScenarioStep.Expectation {
        guard case .retry(let name) = step.action, let input = inputs[name] else {
            return .success
        }
        return .init(code: input.outcome.code, rules: nil)
    }
}
