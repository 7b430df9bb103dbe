//! Sections of an actor: callbacks of `blockConcurrencyWhile` and `transaction`, which hold back what does not belong to them.
//!
//! Owns which of them runs, which wait for it, and to whom it belongs what an ended one has left behind. It must not know what
//! the callbacks do.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use denizen_core::limits::BLOCK_DEPTH;
use deno_core::{GarbageCollected, cppgc, op2};

use super::storage::mark_dirty;
use super::{Actor, abort};
use crate::call::CallError;
use crate::io::context::{IoContext, IoError};
use crate::isolate::{Completion, IsolateState, Token};
use crate::rpc::error_from_js;

/// One callback that holds back what else there is of its actor.
#[derive(Debug)]
pub struct Section {
    /// Unique in its actor, and never 0.
    number: u64,
    /// What it is inside of.
    around: Option<Rc<Section>>,
    depth: u32,
    began: Cell<Option<Instant>>,
    is_over: Cell<bool>,
    /// The operation that ends when it begins.
    begin: Cell<Option<Token>>,
    /// Those right inside it: the first one runs, the others wait for that.
    inner: RefCell<VecDeque<Rc<Section>>>,
    /// The operation that ends when there are none of those any more.
    emptied: Cell<Option<Token>>,
}

impl Section {
    /// The section that what began in `section` belongs to now: an ended one leaves it to the one around it.
    pub fn open(section: Option<&Rc<Self>>) -> Option<&Rc<Self>> {
        let mut section = section;
        while let Some(over) = section
            && over.is_over.get()
        {
            section = over.around.as_ref();
        }
        section
    }

    /// Names it in its actor; 0 is what is outside of all.
    pub fn number(section: Option<&Rc<Self>>) -> u64 {
        section.map_or(0, |section| section.number)
    }
}

/// The sections of one actor.
#[derive(Debug, Default)]
pub struct Sections {
    /// Those inside no other one: the first one runs, the others wait for that.
    outer: RefCell<VecDeque<Rc<Section>>>,
    /// The innermost that runs.
    current: RefCell<Option<Rc<Section>>>,
    /// How many there have been.
    made: Cell<u64>,
}

impl Sections {
    /// Whether one runs.
    pub fn is_blocked(&self) -> bool {
        self.current.borrow().is_some()
    }

    /// The innermost that runs: only what belongs to it goes on.
    pub fn current(&self) -> Option<Rc<Section>> {
        self.current.borrow().clone()
    }

    /// Whether what belongs to `section` goes on now.
    pub fn lets(&self, section: Option<&Rc<Section>>) -> bool {
        match &*self.current.borrow() {
            None => true,
            Some(current) => Section::open(section).is_some_and(|section| Rc::ptr_eq(section, current)),
        }
    }

    /// Whether one of them has run for longer than `limit`.
    pub fn is_late(&self, now: Instant, limit: Duration) -> bool {
        let late = |section: &Rc<Section>| section.began.get().is_some_and(|at| now.duration_since(at) > limit);
        let mut next = self.outer.borrow().front().cloned();
        while let Some(section) = next {
            if late(&section) {
                return true;
            }
            next = section.inner.borrow().front().cloned();
        }
        false
    }

    /// A section inside `around`, which begins after those that are there before it.
    fn announce(&self, around: Option<&Rc<Section>>) -> Result<Rc<Section>, SectionError> {
        let around = Section::open(around).cloned();
        let depth = around.as_ref().map_or(0, |around| around.depth) + 1;
        if depth > BLOCK_DEPTH {
            return Err(SectionError::TooDeep);
        }
        self.made.set(self.made.get() + 1);
        let section = Rc::new(Section {
            number: self.made.get(),
            around,
            depth,
            began: Cell::default(),
            is_over: Cell::default(),
            begin: Cell::default(),
            inner: RefCell::default(),
            emptied: Cell::default(),
        });
        self.queue(section.around.as_ref()).borrow_mut().push_back(section.clone());
        self.go_on(section.around.as_ref());
        Ok(section)
    }

    /// Ends a section: what is left inside it belongs to the one around it. Gives the operation that can end now.
    fn leave(&self, section: &Rc<Section>) -> Option<Token> {
        if section.is_over.replace(true) {
            return None;
        }
        let around = Section::open(section.around.as_ref());
        let queue = self.queue(around);
        let is_empty = {
            let mut queue = queue.borrow_mut();
            let mut left = section.inner.take();
            queue.retain(|other| !Rc::ptr_eq(other, section));
            // The one that runs has its turn, the others come after those that waited before.
            if let Some(runs) = left.pop_front() {
                queue.push_front(runs);
            }
            queue.append(&mut left);
            queue.is_empty()
        };
        let begun = self.go_on(around);
        match (is_empty, around) {
            (true, Some(around)) => around.emptied.take(),
            _ => begun,
        }
    }

    fn queue<'a>(&'a self, around: Option<&'a Rc<Section>>) -> &'a RefCell<VecDeque<Rc<Section>>> {
        around.map_or(&self.outer, |around| &around.inner)
    }

    /// Has the first one inside `around` begin, if it has not. Gives the operation that ends by that.
    fn go_on(&self, around: Option<&Rc<Section>>) -> Option<Token> {
        let first = self.queue(around).borrow().front().cloned();
        let begun = first.filter(|first| first.began.get().is_none());
        if let Some(first) = &begun {
            first.began.set(Some(Instant::now()));
        }
        let mut innermost = self.outer.borrow().front().cloned();
        while let Some(inner) = innermost.as_ref().and_then(|section| section.inner.borrow().front().cloned()) {
            innermost = Some(inner);
        }
        *self.current.borrow_mut() = innermost;
        begun.and_then(|first| first.begin.take())
    }
}

impl Drop for Sections {
    fn drop(&mut self) {
        // Each knows the one around it, which knows it.
        let mut left = self.outer.take();
        while let Some(section) = left.pop_front() {
            left.append(&mut section.inner.borrow_mut());
        }
    }
}

/// What JavaScript holds of a section. It never reaches user code.
pub struct SectionHandle {
    actor: Rc<Actor>,
    section: Rc<Section>,
}

// SAFETY: no reference into the V8 heap is held.
unsafe impl GarbageCollected for SectionHandle {
    fn trace(&self, _visitor: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static std::ffi::CStr {
        c"SectionHandle"
    }
}

/// Why a section was refused.
#[derive(Debug, thiserror::Error, deno_error::JsError)]
pub enum SectionError {
    /// No event runs.
    #[class(inherit)]
    #[error(transparent)]
    Io(#[from] IoError),
    /// It would be inside too many others.
    #[class(generic)]
    #[error("blockConcurrencyWhile() calls are nested too deeply.")]
    TooDeep,
}

/// A section of the actor whose code runs, inside the one that the turn belongs to: from now on what else there is of the actor
/// is held back.
#[op2]
pub fn op_section_announce<'s>(scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Value>, SectionError> {
    let io = IoContext::current(scope)?;
    let Some(actor) = io.actor.clone() else { return Err(IoError::OtherRequest("DurableObjectState").into()) };
    let section = actor.sections.announce(IsolateState::of(scope).section(&io).as_ref())?;
    Ok(cppgc::make_cppgc_object(scope, SectionHandle { actor, section }).into())
}

/// A promise that settles when the section begins, in a turn of its own: all that the actor wrote before is committed by then.
#[op2]
pub fn op_section_begun<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &SectionHandle,
) -> Result<v8::Local<'s, v8::Promise>, IoError> {
    let io = IoContext::check(scope, &handle.actor.owner, "DurableObjectState")?;
    let section = &handle.section;
    let state = IsolateState::of(scope);
    let (promise, token) = state.start_in(scope, &io, Some(section.clone()));
    match section.began.get() {
        Some(_) => state.completer(token).complete(Completion::Unit),
        None => section.begin.set(Some(token)),
    }
    Ok(promise)
}

/// A promise that settles when one of the sections inside it has ended, of which none is left; `undefined` if there are none.
#[op2]
pub fn op_section_emptied<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &SectionHandle,
) -> Result<v8::Local<'s, v8::Value>, IoError> {
    let io = IoContext::check(scope, &handle.actor.owner, "DurableObjectState")?;
    if handle.section.inner.borrow().is_empty() {
        return Ok(v8::undefined(scope).into());
    }
    let state = IsolateState::of(scope);
    let (promise, token) = state.start_in(scope, &io, Some(handle.section.clone()));
    handle.section.emptied.set(Some(token));
    Ok(promise.into())
}

/// The section is over, or will not begin. If the turn is not one of what is around it, as where another section has brought
/// the end about: a promise that settles in such a turn. It is not held back.
#[op2]
pub fn op_section_leave<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[cppgc] handle: &SectionHandle,
) -> v8::Local<'s, v8::Value> {
    let state = IsolateState::of(scope);
    leave(&state, &handle.actor, &handle.section);
    let around = Section::open(handle.section.around.as_ref()).cloned();
    match IoContext::current(scope) {
        Ok(io) if Section::number(state.section(&io).as_ref()) != Section::number(around.as_ref()) => {
            let (promise, token) = state.start_in(scope, &io, around);
            state.completer(token).complete(Completion::Left);
            promise.into()
        }
        _ => v8::undefined(scope).into(),
    }
}

fn leave(state: &IsolateState, actor: &Rc<Actor>, section: &Rc<Section>) {
    if let Some(token) = actor.sections.leave(section) {
        state.completer(token).complete(Completion::Unit);
    }
    // A savepoint that it has left open shows at the end of the turn.
    mark_dirty(state, actor);
    state.host.actor_unblocked(actor.incarnation);
}

/// Ends the sections that the code of the turn belongs to, which will not go on.
pub fn leave_all(state: &IsolateState, io: &IoContext) {
    let section = state.section(io);
    let (Some(actor), Some(mut section)) = (&io.actor, section) else { return };
    loop {
        leave(state, actor, &section);
        let Some(around) = Section::open(section.around.as_ref()).cloned() else { return };
        section = around;
    }
}

/// The section's callback failed: what it left half done must not be built upon. Its actor is reset.
#[op2(nofast)]
pub fn op_section_fail(
    scope: &mut v8::PinScope<'_, '_>,
    #[cppgc] handle: &SectionHandle,
    parts: v8::Local<'_, v8::Value>,
) {
    let reason = CallError { durable_object_reset: true, ..error_from_js(scope, parts) };
    abort(scope, &handle.actor, reason);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announce(sections: &Sections, around: Option<&Rc<Section>>) -> Rc<Section> {
        sections.announce(around).expect("not deep")
    }

    #[test]
    fn one_runs_at_a_time_and_the_innermost_goes_on() {
        let sections = Sections::default();
        assert!(sections.lets(None) && !sections.is_blocked());
        let (first, second) = (announce(&sections, None), announce(&sections, None));
        assert!(sections.lets(Some(&first)) && !sections.lets(Some(&second)) && !sections.lets(None));
        let inner = announce(&sections, Some(&first));
        assert!(sections.lets(Some(&inner)) && !sections.lets(Some(&first)));
        second.begin.set(Some(Token(2)));
        first.emptied.set(Some(Token(1)));
        assert_eq!(sections.leave(&inner), Some(Token(1)));
        assert!(sections.lets(Some(&inner)), "what it left behind belongs to the first");
        assert_eq!(sections.leave(&first), Some(Token(2)));
        assert!(sections.lets(Some(&second)) && !sections.lets(Some(&first)));
        assert_eq!(sections.leave(&second), None);
        assert!(sections.lets(None) && sections.lets(Some(&inner)) && !sections.is_blocked());
    }

    #[test]
    fn what_waits_outside_waits_for_what_an_ended_one_left_running() {
        let sections = Sections::default();
        let (first, second) = (announce(&sections, None), announce(&sections, None));
        let (left, waits) = (announce(&sections, Some(&first)), announce(&sections, Some(&first)));
        assert_eq!(sections.leave(&first), None);
        assert!(sections.lets(Some(&left)));
        let late = announce(&sections, Some(&first));
        for section in [&left, &second, &waits, &late] {
            assert!(sections.lets(Some(section)));
            sections.leave(section);
            assert_eq!(sections.leave(section), None, "it is over already");
        }
        assert!(!sections.is_blocked());
    }

    #[test]
    fn one_that_will_not_begin_lets_the_others_be() {
        let sections = Sections::default();
        let (first, second) = (announce(&sections, None), announce(&sections, None));
        sections.leave(&second);
        assert!(sections.lets(Some(&first)));
        sections.leave(&first);
        assert!(!sections.is_blocked());
    }

    #[test]
    fn they_are_no_deeper_than_the_bound_and_late_in_time() {
        let sections = Sections::default();
        let mut innermost = None;
        for _ in 0..BLOCK_DEPTH {
            innermost = Some(announce(&sections, innermost.as_ref()));
        }
        assert!(matches!(sections.announce(innermost.as_ref()), Err(SectionError::TooDeep)));
        let (now, limit) = (Instant::now(), Duration::from_secs(30));
        assert!(!sections.is_late(now, limit));
        assert!(sections.is_late(now + Duration::from_secs(31), limit));
        let outermost = Rc::downgrade(sections.outer.borrow().front().expect("it runs"));
        drop((innermost, sections));
        assert!(outermost.upgrade().is_none(), "they go with their actor");
    }
}
