// The page is Swagger UI over the documents. Without validatorUrl it would send them to a public validator.
'use strict';

window.ui = SwaggerUIBundle({
  dom_id: '#apis',
  urls: [
    { url: '/shopper.json', name: 'Shopper API' },
    { url: '/seller.json', name: 'Seller API' },
    { url: '/ops.json', name: "Operators' API" },
  ],
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: 'StandaloneLayout',
  deepLinking: true,
  filter: true,
  persistAuthorization: true,
  validatorUrl: null,
});
