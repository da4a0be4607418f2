// A passkey is asked for by script, and its answer travels in a form like any
// other. Without script, or where the browser knows none, nothing is shown.
(() => {
  'use strict'
  const known = window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON && window.isSecureContext
  const named = !/^[\d.]+$|^\[/.test(location.hostname)
  if (!known || !named) return
  for (const box of document.querySelectorAll('[data-passkey]')) {
    const form = box.querySelector('form'), says = box.querySelector('[data-passkey-says]')
    box.hidden = false
    for (const other of document.querySelectorAll('[data-passkey-none]')) other.hidden = true
    form.addEventListener('submit', async (event) => {
      event.preventDefault()
      says.textContent = 'Your browser asks you now.'
      try {
        const body = new URLSearchParams({ origin: location.origin, _csrf: form.elements._csrf ? form.elements._csrf.value : '' })
        const code = form.querySelector('[data-passkey-code]')
        if (code && code.value) body.set('code', code.value)
        const answer = await fetch(box.dataset.passkey, { method: 'POST', body })
        const asked = await answer.json()
        if (!answer.ok) throw new Error(asked.hint ? asked.text + '. ' + asked.hint : asked.text)
        const key = asked.options.publicKey
        const made = 'passkeyMake' in box.dataset
          ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(key) })
          : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(key) })
        form.elements.ceremony.value = asked.ceremony
        form.elements.answer.value = JSON.stringify(made.toJSON())
        form.submit()
      } catch (err) {
        says.textContent = 'Nothing was done: ' + err.message
      }
    })
  }
})()
